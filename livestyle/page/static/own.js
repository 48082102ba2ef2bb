// A picture that is dropped, pasted or chosen becomes a style. It is made small here, and sent as JPEG.
const LONGEST_PX = 1024;
const QUALITY = 0.92;
const WAIT_MS = 60_000;

export class OwnPictures {
  constructor(link, state, toast) {
    this.link = link;
    this.state = state;
    this.toast = toast;
  }

  listen(input, drop, dialog, text) {
    Object.assign(this, { dialog, text });
    input.onchange = () => {
      if (input.files[0]) this.add(input.files[0]);
      input.value = "";
    };
    const has = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!has(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.hidden = true; });
    document.addEventListener("drop", (event) => {
      drop.hidden = true;
      if (!has(event)) return;
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.add(event.dataTransfer.files[0]);
    });
    document.addEventListener("paste", (event) => {
      const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
      if (file) this.add(file);
    });
  }

  async add(file) {
    let blob;
    try {
      blob = await small(file);
    } catch {
      this.toast(`${file.name} can't be read as a picture`);
      return;
    }
    if (!this.state().takes_pictures && !(await this.#goToAnother())) return;
    const name = file.name.replace(/\.[^.]*$/, "").slice(0, 60) || "picture";
    const answer = await fetch(`/styles?name=${encodeURIComponent(name)}`, { method: "POST", body: blob });
    if (!answer.ok) this.toast(await answer.text());
  }

  // Whether the session paints with a model that takes pictures now.
  async #goToAnother() {
    const { model, models } = this.state();
    const other = models.find((one) => one.takes_pictures);
    if (!other) {
      this.toast(`${model} has trained styles only`);
      return false;
    }
    this.text.textContent = `${model} has trained styles only. ${other.name} paints in the style of any picture.`;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    await new Promise((resolve) => this.dialog.addEventListener("close", resolve, { once: true }));
    if (this.dialog.returnValue !== "go") return false;
    this.link.send({ type: "model", name: other.name });
    const until = performance.now() + WAIT_MS;
    while (this.state().model !== other.name && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (!this.state().takes_pictures) this.toast(`${other.name} isn't ready yet; add the picture again once it paints`);
    return this.state().takes_pictures;
  }
}

async function small(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(64, Math.round(bitmap.width * scale));
  canvas.height = Math.max(64, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
