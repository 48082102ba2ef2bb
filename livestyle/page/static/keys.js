// Keys as in the window, but for those that belong to it, or look through the machine (ui/buttons.py).
// Tab stays the browser's: it goes from control to control.
const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "space" };
const BROWSERS = new Set(["tab", "esc", "f1", "f11"]);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export function listen({ controls, keys }, actions, link) {
  const here = new Map(keys.filter((row) => row.here).flatMap((row) => row.keys.map((key) => [key, row.here])));
  here.set("?", "help");
  const there = new Set([...controls, ...keys.filter((row) => !row.here)].flatMap((row) => [...row.keys, ...(row.aliases ?? [])]));
  for (let digit = 1; digit <= 9; digit++) there.add(String(digit));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const name = NAMES[event.key] ?? event.key;
    const key = here.has(name) || there.has(name) ? name : name.toLowerCase();
    const at = event.target;
    const own = at.matches?.("select, input[type=range]") && key.length === 1 && "←→↑↓".includes(key);
    if (own || at.matches?.("select") || (key === "space" && at.matches?.("button, a, input"))) return;
    if (here.has(key)) actions[here.get(key)]?.();
    else if (there.has(key) && !BROWSERS.has(key)) link.send({ type: "press", key });
    else return;
    event.preventDefault();
  });
}

export function help(list, { controls, keys }) {
  const rows = [
    ...controls.map(({ keys: names, label }) => ({ keys: names, does: label })),
    { keys: ["1–9"], does: "style by number" },
    ...keys,
  ];
  for (const row of rows) {
    const names = row.keys.filter((key) => !BROWSERS.has(key));
    if (!names.length) continue;
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.append(...names.map((name) => Object.assign(document.createElement("kbd"), { textContent: name })));
    text.textContent = capital(row.does);
    list.append(term, text);
  }
}
