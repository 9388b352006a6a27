// Tries every way a script has to reach each of `targets`, which the test writes in front, and tells what came back.
const told = [];
const add = (tag, name, url) => {
  const node = document.createElement(tag);
  node[name] = url;
  document.body.append(node);
};
const quietly = (attempt) => {
  try {
    Promise.resolve(attempt()).catch(() => 0);
  } catch (error) {
    // refused before it began
  }
};
for (const url of targets) {
  fetch(url).then((answer) => answer.text()).then((text) => told.push("READ " + text), () => told.push("failed"));
  quietly(() => fetch(url, { mode: "no-cors" }));
  quietly(() => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }));
  quietly(() => new EventSource(url));
  quietly(() => navigator.sendBeacon(url, "x"));
  quietly(() => new WebSocket(url.replace(/^http/, "ws")));
  const worker = `fetch("${url}").catch(() => 0); importScripts("${url}")`;
  quietly(() => new Worker(URL.createObjectURL(new Blob([worker]))));
  quietly(() => window.open(url));
  add("iframe", "src", url);
  add("img", "src", url);
  add("script", "src", url);
  add("object", "data", url);
  add("video", "src", url);
  for (const rel of ["preconnect", "dns-prefetch", "prefetch", "stylesheet", "icon", "manifest"]) {
    const link = document.createElement("link");
    link.rel = rel;
    link.href = url;
    document.head.append(link);
  }
}
quietly(() => navigator.serviceWorker.register("/sw.js"));
const show = () => {
  const read = told.filter((line) => line.startsWith("READ")).join();
  document.getElementById("root").textContent = `${told.length} told ${read || "nothing"} ${typeof RTCPeerConnection}`;
};
setInterval(show, 50);
