import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { faces, type Observation } from "./case.ts";
import { cases } from "./cases.ts";
import { toReliabilityPage } from "./reliability.ts";
import { type Cell, runAll } from "./run-all.ts";

const cells = cases.flatMap((fault) => faces.map((face): Cell => ({ fault, face })));
let observations: ReadonlyMap<Cell, Observation>;

beforeAll(async () => {
  observations = await runAll(cells);
}, 600_000);

function seenBy(fault: Cell["fault"], face: Cell["face"]): Observation {
  const cell = cells.find((each) => each.fault === fault && each.face === face);
  const observation = cell && observations.get(cell);
  if (observation === undefined) throw new Error("the cell was not run");
  return observation;
}

describe.each(["token", "create", "detail", "stop"] as const)("%s", (operation) => {
  const own = cells.filter(({ fault }) => fault.operation === operation);
  test.each(own.map((cell) => [toName(cell), cell] as const))("%s", (_name, { fault, face }) => {
    const observation = seenBy(fault, face);
    expect(observation).toMatchObject({ ends: fault.ends[face], faults: [] });
    expect(observation.ms).toBeLessThan(toLongestMs(fault, face));
  });
});

/**
 * Half a minute for a job that may be gone, and as long again for a busy machine. Where the platform is out of reach,
 * `qizhi stop` goes on for two minutes; the Action has no such time.
 */
function toLongestMs({ operation, isFinal }: Cell["fault"], face: Cell["face"]): number {
  return operation === "stop" && face === "cli" && !isFinal ? 150_000 : 60_000;
}

test("docs/reliability.md tells what was seen", async () => {
  const lines = cases.map((fault) => ({
    fault,
    seen: {
      library: seenBy(fault, "library"),
      cli: seenBy(fault, "cli"),
      action: seenBy(fault, "action"),
    },
  }));
  const page = join(import.meta.dirname, "../../../../docs/reliability.md");
  await expect(toReliabilityPage(lines)).toMatchFileSnapshot(page);
});

function toName({ fault, face }: Cell): string {
  return `${fault.what} (${fault.mode}): the ${face} tells of it as ${fault.ends[face]}`;
}
