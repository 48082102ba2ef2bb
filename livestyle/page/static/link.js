// The socket to the session: messages both ways, pictures with flow control; it comes back by itself.
const PICTURE = 0;
const BACK_OFF_MS = [300, 1000, 2000, 5000];

export class Link {
  #handlers = {};
  #socket = null;
  #tries = 0;
  #pictures = true;

  on(kind, handler) { this.#handlers[kind] = handler; }

  open() {
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/socket`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#tries = 0;
      this.ask();
      this.#handlers.open?.();
    };
    socket.onmessage = (event) => this.#hear(event.data);
    socket.onclose = () => {
      this.#handlers.closed?.();
      const wait = BACK_OFF_MS[Math.min(this.#tries++, BACK_OFF_MS.length - 1)];
      setTimeout(() => this.open(), wait);
    };
    document.onvisibilitychange = () => this.ask();
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  sendPicture(blob) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(blob);
  }

  // Say whether pictures are to come this way; a hidden page wants none.
  ask(pictures = this.#pictures) {
    this.#pictures = pictures;
    this.send({ type: "pictures", on: pictures && !document.hidden });
    // Thumbnails come beside either.
    this.send({ type: "gallery", on: !document.hidden });
  }

  async #hear(data) {
    if (typeof data === "string") {
      const message = JSON.parse(data);
      this.#handlers[message.type]?.(message);
      return;
    }
    const view = new DataView(data);
    if (view.getUint8(0) === PICTURE) {
      const number = Number(view.getBigUint64(1));
      await this.#handlers.picture?.(new Blob([new Uint8Array(data, 9)], { type: "image/jpeg" }));
      this.send({ type: "seen", number });
    } else {
      const end = 3 + view.getUint16(1);
      const name = new TextDecoder().decode(new Uint8Array(data, 3, end - 3));
      this.#handlers.thumbnail?.(name, new Blob([new Uint8Array(data, end)], { type: "image/jpeg" }));
    }
  }
}
