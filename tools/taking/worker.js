"use strict";

// Browsers start no worker for a page read from disk. Here one is a hidden frame of the same folder, that loads what
// the worker would run; it is asked and answers by messages, as a worker does.
const folder = document.currentScript.src;
window.Worker = class extends EventTarget {
  constructor() {
    super();
    const src = new URL("frame.html", folder).href;
    const frame = Object.assign(document.createElement("iframe"), { hidden: true, src });
    this.loaded = new Promise((loaded) => frame.addEventListener("load", () => loaded(frame.contentWindow)));
    addEventListener("message", ({ source, data }) => {
      if (source === frame.contentWindow) this.dispatchEvent(new MessageEvent("message", { data }));
    });
    document.body.append(frame);
  }

  async postMessage(data) {
    // The frame's own leads back here. A file has no origin to name.
    postMessage.call(await this.loaded, data, "*");
  }
};
