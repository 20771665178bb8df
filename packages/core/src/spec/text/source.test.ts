import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SpecError } from "../../errors/errors.ts";
import { readJobSpec } from "../read-file.ts";
import { minimalSpec, yamlSpec } from "../spec.fixture.ts";

describe("the source of a spec", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "qizhi-read-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, content: string | Uint8Array) {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it("names the file and the reason when it cannot be read", async () => {
    const missing = join(folder, "none.yaml");
    const messageOf = (path: string) =>
      readJobSpec(path).then(
        () => "",
        (error: unknown) => (error instanceof SpecError ? error.issues[0]?.message : String(error)),
      );
    expect(await messageOf(missing)).toBe("cannot be read: there is no such file");
    expect(await messageOf(folder)).toBe("cannot be read: it is a folder");
    const loop = join(folder, "loop.yaml");
    await symlink(loop, loop);
    expect(await messageOf(loop)).toBe("cannot be read: its symbolic links go round in a circle");
    expect(await messageOf("a\0b")).toContain("cannot be read: ");
    expect(await messageOf(await file("big.yaml", "#".repeat(1_048_577)))).toBe(
      "is over 1 MiB, too large for a job spec",
    );
    expect(await messageOf("/dev/zero")).toBe("is over 1 MiB, too large for a job spec");
    expect(await messageOf(await file("x.yaml", Buffer.from([0x61, 0xc3, 0x28])))).toBe(
      "is not UTF-8 text",
    );
    expect(await messageOf(await file("u.yaml", Buffer.from(`\ufeff${yamlSpec}`, "utf16le")))).toBe(
      "is UTF-16 text; save it as UTF-8",
    );
    await expect(readJobSpec(missing)).rejects.toThrow(`${missing} cannot be read`);
  });

  it.skipIf(process.getuid?.() === 0)("says when this user may not read it", async () => {
    const closed = await file("closed.yaml", yamlSpec);
    await chmod(closed, 0);
    await expect(readJobSpec(closed)).rejects.toThrow("may not be read by this user");
  });

  it("reads a pipe", async () => {
    const fifo = join(folder, "pipe");
    await promisify(execFile)("mkfifo", [fifo]);
    const [{ spec }] = await Promise.all([readJobSpec(fifo), writeFile(fifo, yamlSpec)]);
    expect(spec).toEqual(minimalSpec);
  });
});
