import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { askedFields } from "../src/init/answers.ts";
import type { Place } from "./run-cli.ts";
import { bin, createPlace, withChanges } from "./run-cli.ts";
import { answerQuestions, openTerminal } from "./terminal.ts";

const docs = ["../../README.md", "../../README.zh-CN.md", "README.md", "README.zh-CN.md"];
const username = "your-name";
const password = "correct horse battery staple";

/** How to ask a new shell whether it completes the command. */
const shells = [
  { shell: "bash", ask: ["-ic", "complete -p qizhi"], answer: "-F _qizhi" },
  { shell: "zsh", ask: ["-ic", "print $_comps[qizhi]"], answer: "_qizhi" },
  { shell: "fish", ask: ["-c", "complete -C 'qizhi subm'"], answer: "submit" },
] as const;

async function readText(file: string): Promise<string> {
  return readFile(new URL(`../${file}`, import.meta.url), "utf8");
}

/** The command lines of the shell blocks, without their comments. */
function findCommands(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code]) => code ?? "");
  const lines = blocks.flatMap((block) => block.split("\n"));
  return lines.map((line) => line.replace(/\s+#.*$/, "").trim()).filter((line) => line !== "");
}

/** A place where `qizhi` is a command, with a spec and one earlier job. */
async function createDocsPlace(platform: LocalPlatform): Promise<{ place: Place; path: string }> {
  const place = await createPlace();
  const folder = join(place.dir, "bin");
  await mkdir(folder);
  const shim = join(folder, "qizhi");
  await writeFile(shim, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(shim, 0o755);
  const example = await readFile(new URL("../examples/two-nodes.yaml", import.meta.url));
  await writeFile(join(place.dir, "job.yaml"), example);
  const { username: name, password: secret } = platform.credentials;
  const env = { QIZHI_BASE_URL: platform.url, QIZHI_USERNAME: name, QIZHI_PASSWORD: secret };
  expect(await place.run(["submit", "job.yaml", "--name", "first"], { env })).toMatchObject({
    code: 0,
  });
  return { place, path: `${folder}:${place.env["PATH"]}` };
}

/** Replaces the spec of the place, and takes what was used before for all but the command. */
async function answerInit(
  line: string,
  place: Place,
  env: Record<string, string>,
): Promise<number> {
  await using terminal = openTerminal(place, line.split(" ").slice(1), { env });
  await terminal.waitFor("Replace job.yaml?");
  terminal.send("y");
  await answerQuestions(
    terminal,
    askedFields.map((field): [string, string] => {
      return [field.replace(/.*\./, ""), field === "command" ? "sleep 0" : ""];
    }),
  );
  return await terminal.ended;
}

async function runLine(line: string, place: Place, path: string, url: string): Promise<number> {
  const env = { QIZHI_BASE_URL: url, PATH: path };
  if (line.startsWith("qizhi login")) {
    await using terminal = openTerminal(place, line.split(" ").slice(1), { env });
    await terminal.waitFor(/password/i);
    terminal.send(`${password}\r`);
    return await terminal.ended;
  }
  if (line.startsWith("qizhi init")) return answerInit(line, place, env);
  if (line.startsWith("qizhi serve")) {
    const cli = place.start(["serve"], { env });
    await cli.waitFor("export QIZHI_BASE_URL=");
    cli.process.kill("SIGINT");
    return (await cli.result).code === 130 ? 0 : 1;
  }
  const options = { env: withChanges(place.env, env), cwd: place.dir };
  return promisify(execFile)("sh", ["-euc", line], options).then(
    () => 0,
    (error: unknown) => {
      throw new Error(`${line}: ${String(error)}`);
    },
  );
}

test.each(docs)("every command line of %s does what it says", { timeout: 60_000 }, async (file) => {
  const credentials = { username, password };
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip", credentials });
  const { place, path } = await createDocsPlace(platform);
  await using _ = place;
  const commands = findCommands(await readText(file));
  const lines = commands.filter((line) => /^qizhi |qizhi completion/.test(line));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    expect([line, await runLine(line, place, path, platform.url)]).toEqual([line, 0]);
  }
  const completed = shells.filter(({ shell }) => lines.some((line) => line.includes(shell)));
  for (const { shell, ask, answer } of completed) {
    // A machine without the shell cannot tell.
    if (spawnSync(shell, ["--version"]).error) continue;
    // In a terminal of its own: an interactive shell takes that of the tests over and stops them with it.
    const options = { command: [shell] as [string], env: { PATH: path }, columns: 200 };
    await using terminal = openTerminal(place, [...ask], options);
    await terminal.ended;
    expect([shell, terminal.screen()]).toEqual([shell, expect.stringContaining(answer)]);
  }
});

test.each([
  [docs[0], docs[1]],
  [docs[2], docs[3]],
])("%s and %s show the same commands and the same number of sections", async (en, zh) => {
  const [english, chinese] = await Promise.all([readText(en ?? ""), readText(zh ?? "")]);
  expect(findCommands(chinese)).toEqual(findCommands(english));
  const headings = (text: string) => text.match(/^#+ /gm);
  expect(headings(chinese)).toEqual(headings(english));
});
