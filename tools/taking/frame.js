"use strict";

// What stands for a worker answers the page around it. Material asks `parent` which frame it is in, and may not look
// into a page read from disk.
const page = parent;
self.parent = self;
self.postMessage = (data) => page.postMessage(data, "*");
