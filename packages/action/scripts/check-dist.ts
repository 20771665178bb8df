import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Builds the bundle anew elsewhere and compares it with the committed one, byte for byte. */
const actionDir = join(import.meta.dirname, "..");
const committed = join(actionDir, "dist");
const rebuilt = mkdtempSync(join(tmpdir(), "action-dist-"));
try {
  const tsdown = join(actionDir, "../../node_modules/.bin/tsdown");
  const build = spawnSync(tsdown, ["--out-dir", rebuilt], { cwd: actionDir, encoding: "utf8" });
  if (build.status !== 0) throw new Error(`The build failed:\n${build.stdout}${build.stderr}`);
  const names = new Set([...readdirSync(committed), ...readdirSync(rebuilt)]);
  const changed = [...names].filter((name) => !isEqual(name));
  if (changed.length > 0) {
    console.error(`packages/action/dist is not what the sources build: ${changed.join(", ")}.`);
    console.error("Build it with `pnpm --filter @qizhi/action build` and commit it.");
    process.exitCode = 1;
  }
} finally {
  rmSync(rebuilt, { recursive: true });
}

function isEqual(name: string): boolean {
  try {
    return readFileSync(join(committed, name)).equals(readFileSync(join(rebuilt, name)));
  } catch {
    // It is in one of the two only.
    return false;
  }
}
