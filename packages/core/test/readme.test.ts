import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const spec = new URL("../../cli/examples/two-nodes.yaml", import.meta.url);

async function readBlocks(file: string): Promise<string[]> {
  const text = await readFile(new URL(`../${file}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code ?? "");
}

test.each(["README.md", "README.zh-CN.md"])(
  "every example of %s runs",
  { timeout: 60_000 },
  async (file) => {
    await using platform = await startLocalPlatform({ stages: 0 });
    // Beside this file, so that imports resolve as in a project that has the package.
    const dir = await mkdtemp(join(here, "readme-"));
    try {
      await writeFile(join(dir, "job.yaml"), (await readFile(spec, "utf8")).replace("800", "10"));
      const blocks = await readBlocks(file);
      expect(blocks).toHaveLength(2);
      for (const [index, code] of blocks.entries()) {
        const example = join(dir, `example-${index}.ts`);
        await writeFile(example, code);
        const { username, password } = platform.credentials;
        const env = {
          PATH: process.env["PATH"],
          QIZHI_BASE_URL: platform.url,
          QIZHI_USERNAME: username,
          QIZHI_PASSWORD: password,
        };
        const run = await promisify(execFile)(process.execPath, [example], { env, cwd: dir });
        expect(run.stdout).toContain("succeeded");
      }
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);

test("the two languages show the same code and the same codes of errors", async () => {
  const [en, zh] = await Promise.all(["README.md", "README.zh-CN.md"].map(readBlocks));
  expect(zh).toEqual(en);
});
