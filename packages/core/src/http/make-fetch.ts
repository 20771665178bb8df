// A file of its own, because a bundler keeps all of a package that is itself loaded on demand: ofetch's
// ready-made instance would wake up undici (50 ms at start, measured).
export { createFetch } from "ofetch";
