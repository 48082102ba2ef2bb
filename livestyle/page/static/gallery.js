// The styles as thumbnails of the camera: one chosen is the style, a second one is blended with it.
export class Gallery {
  #items = new Map();
  #names = "";
  #chosen = null;

  constructor(list, link) {
    this.list = list;
    this.link = link;
  }

  show({ styles, values, model }) {
    const names = [model, ...styles.map((style) => style.name)].join("\n");
    if (names !== this.#names) {
      this.#names = names;
      for (const item of this.#items.values()) item.forget();
      this.#items = new Map(styles.map((style) => [style.name, new Item(style, this.link)]));
      this.list.replaceChildren(...[...this.#items.values()].map((item) => item.element));
      this.#chosen = null;
    }
    for (const [name, item] of this.#items) item.show(name === values.style, name === values.second_style);
    if (values.style !== this.#chosen) {
      this.#items.get(values.style)?.reveal(this.#chosen !== null);
      this.#chosen = values.style;
    }
  }

  paint(name, blob) { this.#items.get(name)?.paint(blob); }
}

class Item {
  constructor({ name, short, title, about }, link) {
    this.element = document.createElement("li");
    this.button = Object.assign(document.createElement("button"), { className: "style", title: [title, about].filter(Boolean).join(", ") });
    this.image = Object.assign(document.createElement("img"), { className: "thumb", alt: "", width: 160, height: 120 });
    this.image.hidden = true;
    this.empty = Object.assign(document.createElement("span"), { className: "thumb" });
    const caption = Object.assign(document.createElement("span"), { className: "name", textContent: short });
    this.button.append(this.image, this.empty, caption);
    this.button.onclick = (event) => link.send({
      type: "set", values: event.shiftKey ? { second_style: name } : { style: name },
    });
    this.blend = Object.assign(document.createElement("button"), { className: "blend" });
    this.blend.innerHTML = '<svg aria-hidden="true"><use href="#plus"/></svg>';
    this.blend.onclick = () => link.send({ type: "set", values: { second_style: this.second ? "" : name } });
    this.title = title;
    this.element.append(this.button, this.blend);
  }

  show(first, second) {
    this.second = second;
    this.button.setAttribute("aria-pressed", String(first));
    this.element.classList.toggle("second", second);
    this.blend.hidden = first && !second;
    this.blend.setAttribute("aria-pressed", String(second));
    this.blend.setAttribute("aria-label", second ? `Blend ${this.title} no more` : `Blend with ${this.title}`);
    this.blend.title = second ? "Blend no more" : "Blend with this one";
    this.blend.querySelector("use").setAttribute("href", second ? "#close" : "#plus");
  }

  paint(blob) {
    this.forget();
    this.image.src = URL.createObjectURL(blob);
    this.image.hidden = false;
    this.empty.hidden = true;
  }

  forget() { if (this.image.src) URL.revokeObjectURL(this.image.src); }

  reveal(smoothly) {
    const box = this.element.parentElement;
    const left = this.element.offsetLeft - (box.clientWidth - this.element.clientWidth) / 2;
    const top = this.element.offsetTop - (box.clientHeight - this.element.clientHeight) / 2;
    box.scrollTo({ left, top, behavior: smoothly ? "smooth" : "instant" });
  }
}
