// The page: what is sent by the session is shown; what is done here is asked of it.
import { Link } from "./link.js";
import { Picture } from "./picture.js";
import { Controls } from "./controls.js";
import { Gallery } from "./gallery.js";
import { OwnPictures } from "./own.js";
import { listen, help } from "./keys.js";
import { Camera } from "./camera.js";
import { Rtc } from "./rtc.js";

const $ = (id) => document.getElementById(id);
const link = new Link();
const picture = new Picture($("painting"), $("picture"));
const gallery = new Gallery($("gallery"), link);
let controls;
let state = null;
let said = -1;
let toastEnds;

function toast(text) {
  clearTimeout(toastEnds);
  $("toast").textContent = text;
  $("toast").classList.toggle("shown", Boolean(text));
  toastEnds = setTimeout(() => $("toast").classList.remove("shown"), 1800 + 45 * text.length);
}

const own = new OwnPictures(link, () => state, toast);

function press(id, on) { $(id).setAttribute("aria-pressed", String(on)); }

function show(now) {
  state = now;
  controls.show(now);
  gallery.show(now);
  const titles = Object.fromEntries(now.styles.map((style) => [style.name, style]));
  const { style, second_style, blend } = now.values;
  $("title").textContent = second_style
    ? `${titles[style]?.short} × ${titles[second_style]?.short}, ${Math.round(blend * 100)} %` : titles[style]?.title;
  const abouts = [style, second_style].map((name) => titles[name]?.about).filter(Boolean);
  $("about").textContent = abouts.join(" × ");
  document.title = `${$("title").textContent} · livestyle`;
  const models = $("model");
  const names = now.models.map((model) => model.name).join();
  if (models.dataset.names !== names) {
    models.dataset.names = names;
    models.replaceChildren(...now.models.map((model) => new Option(model.name, model.name)));
  }
  [...models.options].forEach((option, number) => { option.title = now.models[number].about; });
  if (document.activeElement !== models || !now.busy) models.value = now.model;
  $("busy").hidden = !now.busy;
  $("busy").textContent = now.busy;
  press("do-compare", now.compare);
  press("do-record", now.recording);
  $("do-next-camera").hidden = now.cameras < 2;
  $("do-next-camera").title = `${now.camera}  k`;
  $("recording").hidden = !now.recording;
  $("recording").textContent = now.recorded_so_far;
  $("download").hidden = !now.recorded;
  $("download").firstElementChild.textContent = `Download ${now.recorded}`;
  if (said >= 0 && now.said.number !== said) toast(now.said.text);
  said = now.said.number;
}

const actions = {
  open_picture: () => $("file").click(),
  snapshot: () => $("do-snapshot").click(),
  fullscreen: () => document.fullscreenElement ? document.exitFullscreen() : $("stage").requestFullscreen?.(),
  hud: () => {
    $("rows").hidden = !$("rows").hidden;
    press("do-figures", !$("rows").hidden);
    link.send({ type: "figures", on: !$("rows").hidden });
  },
  help: () => $("keys").showModal(),
};
$("do-record").onclick = () => link.send({ type: "press", key: "r" });
$("do-compare").onclick = () => link.send({ type: "press", key: "b" });
$("do-next-camera").onclick = () => link.send({ type: "press", key: "k" });
$("do-figures").onclick = actions.hud;
$("do-fullscreen").onclick = actions.fullscreen;
$("do-help").onclick = actions.help;
$("do-fullscreen").hidden = !document.fullscreenEnabled;
$("do-snapshot").addEventListener("click", () => toast("Saved the picture here"));
$("model").onchange = (event) => link.send({ type: "model", name: event.target.value });

link.on("state", show);
link.on("refused", (message) => toast(message.text));
link.on("figures", (message) => {
  $("rows").replaceChildren(...message.rows.flatMap(([name, value]) => {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, text.textContent] = [name, value];
    return [term, text];
  }));
});
link.on("thumbnail", (name, blob) => gallery.paint(name, blob));
link.on("picture", (blob) => picture.draw(blob));
function status(text, live) {
  $("link").textContent = text;
  $("link").classList.toggle("live", live);
}

const setup = await (await fetch("/controls.json")).json();
const rtc = new Rtc(link, $("video"), setup.stun, (live) => {
  link.ask(!live);
  $("video").hidden = !live;
  $("picture").hidden = live;
  if (live) picture.shape($("video").videoWidth / $("video").videoHeight);
  if (live) camera.moved();
  status(live ? "Live · WebRTC" : "Live · WebSocket", true);
}, () => camera.lend());
const camera = new Camera(link, rtc, (on) => press("do-camera", on));
const wantsRtc = () => window.RTCPeerConnection && localStorage.getItem("way") !== "socket";
$("video").onresize = () => picture.shape($("video").videoWidth / $("video").videoHeight);
$("link").onclick = () => {
  localStorage.setItem("way", rtc.live ? "socket" : "webrtc");
  if (rtc.live) rtc.end();
  else rtc.begin(camera.track);
};
$("do-camera").hidden = !Camera.possible;
$("do-camera").onclick = () => camera.toggle().catch((error) => toast(`The camera can't be used: ${error.message}`));
link.on("open", () => {
  status("Live · WebSocket", true);
  link.send({ type: "figures", on: !$("rows").hidden });
  if (wantsRtc()) rtc.begin(camera.track).catch(() => rtc.end());
  camera.lend();
});
link.on("closed", () => {
  rtc.end();
  status("Reconnecting …", false);
});
controls = new Controls($("controls"), setup.controls, link);
help($("keys-list"), setup);
listen(setup, actions, link);
own.listen($("file"), $("drop"), $("other"), $("other-text"));
link.open();
