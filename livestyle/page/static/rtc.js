// The painting by WebRTC, where UDP passes; the socket's pictures go on until the first frame is there.
const GATHER_MS = 1500;
const PATIENCE_MS = 8000;

export class Rtc {
  #peer = null;

  // changed: told whether the picture comes this way. failed: told when it does not any more.
  constructor(link, video, stun, changed, failed) {
    Object.assign(this, { link, video, changed, failed });
    this.servers = stun ? [{ urls: stun }] : [];
    this.live = false;
    link.on("answer", ({ sdp }) => this.#peer?.setRemoteDescription({ type: "answer", sdp }).catch(() => this.end()));
  }

  // camera: a track that is sent along, or none.
  async begin(camera) {
    this.#stop();
    this.camera = camera;
    const peer = this.#peer = new RTCPeerConnection({ iceServers: this.servers });
    peer.addTransceiver(camera ?? "video", { direction: camera ? "sendrecv" : "recvonly" });
    peer.ontrack = ({ receiver, track }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      this.video.srcObject = new MediaStream([track]);
      this.video.play().catch(() => {});
      this.video.requestVideoFrameCallback?.(() => this.#set(peer, true));
    };
    peer.onconnectionstatechange = () => {
      if (["failed", "disconnected", "closed"].includes(peer.connectionState) && peer === this.#peer) this.end();
    };
    setTimeout(() => { if (peer === this.#peer && !this.live) this.end(); }, PATIENCE_MS);
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise((resolve) => {
      peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
      setTimeout(resolve, GATHER_MS);
    });
    if (peer === this.#peer) this.link.send({ type: "offer", sdp: peer.localDescription.sdp });
  }

  end() {
    this.#stop();
    this.failed();
  }

  #stop() {
    this.#peer?.close();
    this.#peer = null;
    this.video.srcObject = null;
    this.#set(null, false);
  }

  #set(peer, live) {
    if (peer !== this.#peer) return;
    this.live = live;
    this.changed(live);
  }
}
