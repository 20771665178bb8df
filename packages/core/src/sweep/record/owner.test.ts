import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createClient } from "../../client/create-client.ts";
import { openJournal } from "../../journal/journal.ts";
import { toLine } from "../../journal/journal-file.ts";
import { planRuns } from "../sweep.fixture.ts";
import { resumeSweep, startSweep } from "../sweep.ts";

/** A sign of the sweep's process with a time that is years away. */
function aheadOf(sweep: string): string {
  const record = toLine({ kind: "sweep:beat", sweep, time: "2099-01-01T00:00:00.000Z" });
  return `\n${record}\n`;
}

it("refuses a sweep whose process on another host gave a sign within minutes, unless it is taken over", async () => {
  const dir = mkdtempSync(join(tmpdir(), "qizhi-owner-"));
  try {
    const client = createClient({ baseUrl: "http://127.0.0.1:1", accessToken: "token" });
    const { id } = startSweep({ client, journal: openJournal({ dir }) }, await planRuns(2));
    const { file } = openJournal({ dir });
    const fresh = readFileSync(file, "utf8").replaceAll(/"host":"[^"]*"/g, '"host":"login-2"');
    const open = (text: string, takeOver?: boolean) => {
      writeFileSync(file, text);
      return () => resumeSweep({ client, journal: openJournal({ dir }) }, id, {}, { takeOver });
    };
    expect(open(fresh)).toThrow("on login-2 runs");
    expect(open(fresh)).toThrow("--take-over");
    expect(open(fresh, true)).not.toThrow();
    // The clock of a third machine is wrong.
    const beat = fresh.replace(/\n$/, "") + aheadOf(id);
    expect(open(beat)).toThrow("on login-2 runs");
    const before = '"time":"2026-01-01T00:00:00.000Z"';
    expect(open(fresh.replaceAll(/"time":"[^"]*"/g, before))).not.toThrow();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

it.runIf(process.platform === "linux")(
  "refuses a sweep of a container that shares the name of this machine in the same way",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "qizhi-owner-"));
    try {
      const client = createClient({ baseUrl: "http://127.0.0.1:1", accessToken: "token" });
      const { id } = startSweep({ client, journal: openJournal({ dir }) }, await planRuns(2));
      const { file } = openJournal({ dir });
      const text = readFileSync(file, "utf8");
      const resume = (takeOver?: boolean) => () =>
        resumeSweep({ client, journal: openJournal({ dir }) }, id, {}, { takeOver });
      const other = text.replaceAll(/"namespace":"[^"]*"/g, '"namespace":"pid:[1]"');
      writeFileSync(file, other);
      expect(resume()).toThrow("--take-over");
      expect(resume(true)).not.toThrow();
      // An earlier version wrote none, and its process has ended.
      const earlier = text
        .replaceAll(/,"namespace":"[^"]*"/g, "")
        .replaceAll(/"pid":\d+/g, '"pid":1');
      writeFileSync(file, earlier);
      expect(resume()).not.toThrow();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
);
