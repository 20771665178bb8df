import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { appendSummary, toSummary } from "./summary.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "summary-"));
  file = join(folder, "summary.md");
  vi.stubEnv("GITHUB_STEP_SUMMARY", file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("what others wrote stays", () => {
  writeFileSync(file, "# Mine\n");
  appendSummary("## Ours\n");
  expect(readFileSync(file, "utf8")).toBe("# Mine\n## Ours\n");
});

test("a file that would grow over 1 MiB is left as it is, for the runner drops such a one whole", () => {
  writeFileSync(file, "x".repeat(1_048_570));
  appendSummary("## Ours\n");
  expect(statSync(file).size).toBe(1_048_570);
});

test("each mistake is one item, its dash not told twice", () => {
  const cause = "2 mistakes:\n- nodes is wrong\n- wait is wrong";
  const text = toSummary({ outcome: "error", title: "The inputs are wrong", cause }, undefined);
  expect(text).toContain("- 2 mistakes:\n- nodes is wrong\n- wait is wrong");
});

test("thousands of mistakes stay under 64 KB, cut at a line", () => {
  const cause = Array.from({ length: 5_000 }, (_, index) => `- ${"训".repeat(900)} ${index}`).join(
    "\n",
  );
  const text = toSummary({ outcome: "error", title: "The inputs are wrong", cause }, undefined);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
  expect(text).toMatch(/训… \d+\n\n… \(cut at 64 KB\)\n\n$|训 \d+\n\n… \(cut at 64 KB\)\n\n$/);
});
