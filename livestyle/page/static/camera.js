// The camera of this device: painted there, shown here. By WebRTC where that is live, else as JPEG by the socket.
const WANTED = { video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: "user" } };
const QUALITY = 0.85;

export class Camera {
  #stream = null;
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");

  constructor(link, rtc, changed) {
    Object.assign(this, { link, rtc, changed });
    Object.assign(this.#video, { muted: true, playsInline: true });
    link.on("camera", ({ on }) => { if (!on) this.#stop(); });
    link.on("taken", () => this.#next());
  }

  static get possible() { return Boolean(navigator.mediaDevices?.getUserMedia); }

  get on() { return this.#stream !== null; }

  get track() { return this.#stream?.getVideoTracks()[0]; }

  async toggle() {
    if (this.on) {
      this.link.send({ type: "camera", on: false });
      this.#stop();
      return;
    }
    this.#stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.track.onended = () => this.on && this.toggle();
    this.changed(true);
    this.lend();
  }

  // Tell that this camera is to be shown, and send it: by the socket at once, by WebRTC as soon as that is live.
  async lend() {
    if (!this.on) return;
    this.link.send({ type: "camera", on: true });
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    this.#next();
    if (this.rtc.live) await this.rtc.begin(this.track);
  }

  // WebRTC is live: where it takes the camera along, the socket need not.
  moved() {
    if (this.on && this.rtc.camera === this.track) this.#video.srcObject = null;
  }

  #next() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!this.on || !this.#video.srcObject) return;
    if (!width) {
      requestAnimationFrame(() => this.#next());
      return;
    }
    const send = () => {
      [this.#canvas.width, this.#canvas.height] = [width, height];
      this.#canvas.getContext("2d").drawImage(this.#video, 0, 0);
      this.#canvas.toBlob((blob) => this.link.sendPicture(blob), "image/jpeg", QUALITY);
    };
    if (this.#video.requestVideoFrameCallback && !document.hidden) this.#video.requestVideoFrameCallback(send);
    else setTimeout(send, 33);
  }

  #stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
    this.changed(false);
  }
}
