import { createClient } from "./create-client.ts";
import { openJournal } from "../journal/journal.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";
import { submitRecorded } from "./submit-recorded.ts";

// A submit as a process of its own, which stands still where its answer has come and its outcome is not
// written yet, until it is killed.
const [baseUrl = "", username = "", password = "", dir = ""] = process.argv.slice(2);
const client = createClient({
  baseUrl,
  credentials: { username, password },
  onEvent(event) {
    if (event.type !== "answer" || event.operation !== "create") return;
    process.send?.("answered");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
await submitRecorded({ client, journal: openJournal({ dir }) }, parseJobSpec(minimalSpec));
