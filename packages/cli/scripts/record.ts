import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { bin, createPlace } from "../test/run-cli.ts";
import { openTerminal } from "../test/terminal.ts";
import { toSvg } from "./screen-svg.ts";

const columns = 96;
const images = new URL("../../../docs/images/", import.meta.url);
const titles = {
  en: "A job while it runs, and when it has succeeded, as qizhi shows it in a terminal",
  zh: "qizhi 在终端里显示的任务：运行中，以及成功之后",
};
const running = { en: /running for (9|1\d)s/, zh: /运行中 (9|1\d) 秒/ };

/**
 * Submits the two-node example in a shell in a pseudo-terminal, against a local platform, and draws
 * what was on the screen while the job ran and after its end. Nothing is edited.
 */
async function recordWait(language: "en" | "zh"): Promise<string> {
  await using platform = await startLocalPlatform({
    stages: { queuingMs: 4_000, creatingMs: 6_000 },
  });
  await using place = await createPlace(platform);
  const folder = join(place.dir, "bin");
  await mkdir(folder);
  const shim = join(folder, "qizhi");
  await writeFile(shim, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(shim, 0o755);
  await copyFile(
    new URL("../examples/two-nodes.yaml", import.meta.url),
    join(place.dir, "job.yaml"),
  );
  const env = { PATH: `${folder}:${place.env["PATH"]}`, PS1: "$ ", QIZHI_LANG: language };
  await using terminal = openTerminal(place, [], { command: ["sh", "-i"], columns, rows: 50, env });
  await terminal.waitFor("$");
  terminal.send("qizhi submit job.yaml --env STEP_MS=4000 --wait\r");
  await terminal.waitFor(running[language]);
  const during = terminal.raw();
  await terminal.waitFor(/\n\$\s*$/);
  const after = terminal.raw();
  terminal.send("exit\r");
  await terminal.ended;
  return toSvg(
    [during, after].map((written) => ({ written, columns })),
    titles[language],
  );
}

await mkdir(images, { recursive: true });
await writeFile(new URL("wait.svg", images), await recordWait("en"));
await writeFile(new URL("wait.zh-CN.svg", images), await recordWait("zh"));
