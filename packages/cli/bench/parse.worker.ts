import { openEnvelope } from "../../core/src/schemas/envelope.ts";
import { JobSchema } from "../../core/src/schemas/job.ts";
import { readJson } from "../../core/src/http/json.ts";
import { fullDetail, oddDetail } from "./full-detail.ts";

// Parses and validates a full detail as the client does, and only parses it; tells both in µs.
function parseAndValidate(text: string): unknown {
  const body = readJson(text);
  const opened = openEnvelope(body.ok ? body.value : undefined);
  return JobSchema.safeParse(opened.ok ? opened.data : undefined).data;
}

function timeBlock(run: () => unknown): number {
  const started = performance.now();
  for (let i = 0; i < 2_000; i++) run();
  return (performance.now() - started) / 2;
}

const firstStart = performance.now();
parseAndValidate(fullDetail);
const firstMs = performance.now() - firstStart;
const took = () => ({ both: [] as number[], parse: [] as number[] });
const blocks = { usual: took(), odd: took() };
for (let block = 0; block < 18; block++) {
  for (const [text, taken] of [
    [fullDetail, blocks.usual],
    [oddDetail, blocks.odd],
  ] as const) {
    const both = timeBlock(() => parseAndValidate(text));
    const parse = timeBlock(() => JSON.parse(text));
    // The first blocks are compiled while they run.
    if (block < 3) continue;
    taken.both.push(both);
    taken.parse.push(parse);
  }
}
process.stdout.write(JSON.stringify({ ...blocks, firstMs }));
