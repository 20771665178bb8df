import { listenForCancel } from "./runner/cancel.ts";
import { runMain } from "./main.ts";
import { runPost } from "./post.ts";
import { hasStarted } from "./runner/state.ts";
import { harmlessExcerpt } from "./runner/text.ts";

// Something that still holds the process, such as a socket, gets this long after the end.
const lingerMs = 500;

const cancel = listenForCancel();
for (const stream of [process.stdout, process.stderr]) {
  // A reader that went away must not keep the job from being stopped.
  stream.on("error", () => {});
}
process.on("uncaughtException", (error) => {
  // Node itself would print the bundle's whole line, and whatever text the error holds.
  process.stdout.write(`A fault of this action: ${harmlessExcerpt(String(error), 500)}\n`);
  process.exit(1);
});
// post.js asks for it by name, which also holds when a kill came before anything was saved.
const isPost = import.meta.url.endsWith("?post") || hasStarted();
await (isPost ? runPost() : runMain(cancel));
// Not at once: output to a pipe is asynchronous on Windows.
setTimeout(() => process.exit(), lingerMs).unref();
