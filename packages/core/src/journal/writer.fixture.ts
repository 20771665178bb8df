import { openJournal } from "./journal.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";

// A process of its own that writes to a journal: many lines at once, or one attempt and then nothing.
const [dir = "", what = "", platform = "http://127.0.0.1:1"] = process.argv.slice(2);
const journal = openJournal({ dir });
const image_type = "SOURCE_OFFICIAL" as const;
const framework_config = minimalSpec.framework_config.map((node) => ({ ...node, image_type }));
const spec = { ...minimalSpec, framework_config };
if (what === "many") {
  // Lines of many sizes, some longer than a page.
  const lines = Array.from({ length: 200 }, (_, index) => ({
    index,
    filler: "x".repeat((index * 97) % 9_000),
  }));
  await new Promise((resolve) => process.once("message", resolve));
  for (const line of lines) journal.append({ kind: "test:line", writer: process.pid, ...line });
  process.disconnect();
} else {
  const id = journal.attempt({ platform, spec });
  process.send?.(id);
  // Lives until it is killed, or until the test that started it is gone.
  process.on("message", () => undefined);
}
