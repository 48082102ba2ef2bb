// The painting: pictures drawn on a canvas as they come.
export class Picture {
  constructor(frame, canvas) {
    this.frame = frame;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
  }

  async draw(blob) {
    const bitmap = await createImageBitmap(blob);
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      [this.canvas.width, this.canvas.height] = [bitmap.width, bitmap.height];
      this.shape(bitmap.width / bitmap.height);
    }
    this.context.drawImage(bitmap, 0, 0);
    bitmap.close();
  }

  shape(ratio) { this.frame.style.setProperty("--shape", String(ratio)); }
}
