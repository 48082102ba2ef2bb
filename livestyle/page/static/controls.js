// Sliders and switches, made from the registry of controls.
const HELD_MS = 500;
const MANY_STEPS = 200;

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export class Controls {
  #rows = new Map();

  constructor(form, controls, link) {
    form.onsubmit = (event) => event.preventDefault();
    for (const control of controls) {
      if (control.kind === "style") continue;
      const row = control.kind === "slider" ? new SliderRow(control, link) : new SwitchRow(control, link);
      this.#rows.set(control.name, row);
      form.append(row.element);
    }
  }

  show(state) {
    for (const [name, row] of this.#rows) row.show(state.values[name], state.values);
  }
}

class Row {
  constructor(control, type) {
    this.control = control;
    this.element = document.createElement("div");
    this.element.className = "control";
    this.input = Object.assign(document.createElement("input"), { type, id: `control-${control.name}` });
    this.label = Object.assign(document.createElement("label"), {
      htmlFor: this.input.id, textContent: capital(control.label), title: control.about,
    });
    this.heldUntil = 0;
  }

  hold() { this.heldUntil = performance.now() + HELD_MS; }

  show(value, values) {
    const { needs } = this.control;
    const idle = Boolean(needs) && !values[needs];
    this.element.classList.toggle("idle", idle);
    this.input.disabled = idle;
    if (performance.now() > this.heldUntil) this.put(value);
  }
}

class SliderRow extends Row {
  constructor(control, link) {
    super(control, "range");
    // Of a long range the lower part gets most of the way.
    this.power = (control.high - control.low) / control.step > MANY_STEPS ? 3 : 1;
    Object.assign(this.input, { min: 0, max: 1, step: this.power > 1 ? 0.005 : "any" });
    if (this.power === 1) this.input.step = control.step / 10 / (control.high - control.low);
    // For the eye; the slider says it itself, by aria-valuetext.
    this.output = Object.assign(document.createElement("span"), { className: "value", ariaHidden: "true" });
    this.element.append(this.label, this.input, this.output);
    let waiting = false;
    this.input.oninput = () => {
      this.hold();
      this.#tell(this.#value());
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        link.send({ type: "set", values: { [control.name]: this.#value() } });
      });
    };
  }

  #value() {
    const { low, high } = this.control;
    return Number((low + (high - low) * this.input.value ** this.power).toFixed(3));
  }

  #tell(value) {
    const { unit, low } = this.control;
    const text = unit ? (value === low ? "off" : `${Number(value.toFixed(1))} ${unit}`) : `${Math.round(value * 100)} %`;
    this.output.textContent = text;
    this.input.setAttribute("aria-valuetext", text);
    this.input.style.setProperty("--at", `${this.input.value * 100}%`);
  }

  put(value) {
    const { low, high } = this.control;
    this.input.value = ((value - low) / (high - low)) ** (1 / this.power);
    this.#tell(value);
  }
}

class SwitchRow extends Row {
  constructor(control, link) {
    super(control, "checkbox");
    this.element.classList.add("switch");
    this.input.setAttribute("role", "switch");
    this.element.append(this.label, this.input);
    this.input.onchange = () => {
      this.hold();
      link.send({ type: "set", values: { [control.name]: this.input.checked } });
    };
  }

  put(value) { this.input.checked = value; }
}
