import { startLocalPlatform } from "@qizhi/core/local";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Place } from "./run-cli.ts";
import { bin, createPlace } from "./run-cli.ts";
import type { Terminal } from "./terminal.ts";
import { openTerminal } from "./terminal.ts";
import { writeSpec } from "./write-spec.ts";

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;
const ids = ["11111111", "12345678", "99999999"].map(
  (head) => `job-${head}-1111-4111-8111-111111111111`,
);

let place: Place;
let env: Record<string, string>;

/** A place with a history of three jobs, one of them with a name that is an attack, and qizhi in PATH. */
beforeAll(async () => {
  const names = ["llama-7b", "学习率", "$(touch hacked)`touch hacked`;touch hacked"];
  const jobs = ids.map((jobId, index) => ({ jobId, name: names[index]!, status: "job_running" }));
  await using platform = await startLocalPlatform({ jobs });
  place = await createPlace(platform);
  const binFolder = join(place.dir, "bin");
  await mkdir(binFolder);
  const starter = `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`;
  await writeFile(join(binFolder, "qizhi"), starter);
  await chmod(join(binFolder, "qizhi"), 0o755);
  await writeFile(join(place.dir, "spec one.yaml"), "");
  env = { ...place.env, PATH: `${binFolder}:${place.env["PATH"]}`, PS1: "> ", LC_ALL: "C.UTF-8" };
  for (const id of ids) expect((await place.run(["track", id])).code).toBe(0);
  await mkdir(join(place.dir, ".qizhi"));
  await writeFile(join(place.dir, ".qizhi", "defaults.yaml"), "profiles: { h100: {}, h200: {} }");
});

afterAll(() => place[Symbol.asyncDispose]());

/** What each shell makes of a line when Tab is pressed at its end. */
const lines: [typed: string, becomes: string][] = [
  ["qizhi vali", "qizhi validate "],
  ["qizhi submit --dry", "qizhi submit --dry-run "],
  ["qizhi status --output y", "qizhi status --output yaml "],
  ["qizhi wait --on-interrupt st", "qizhi wait --on-interrupt stop "],
  ["qizhi wait --on-interrupt=st", "qizhi wait --on-interrupt=stop "],
  ["qizhi validate --set task_p", "qizhi validate --set task_priority="],
  ["qizhi wait job-12", `qizhi wait ${ids[1]} `],
  ["qizhi stop --yes lla", "qizhi stop --yes llama-7b "],
  ["qizhi clone 学", "qizhi clone 学习率 "],
  ["qizhi status @l", "qizhi status @last "],
  ["qizhi validate spec", "qizhi validate spec\\ one.yaml "],
  ["qizhi completion f", "qizhi completion fish "],
  ["qizhi submit x.yaml --profile h2", "qizhi submit x.yaml --profile h200 "],
  ["qizhi ids exp", "qizhi ids export "],
];

async function type(terminal: Terminal, typed: string, becomes: string) {
  terminal.send(`${typed}\t`);
  // What comes after shows where the cursor is: whether there is a space.
  await terminal.waitFor(() => terminal.screen().split("\n").at(-1)!.includes(becomes.trimEnd()));
  terminal.send("END");
  await terminal.waitFor(`> ${becomes}END`);
  terminal.send("\u0015");
}

describe.each(["bash", "zsh"] as const)("completion in %s", (shell) => {
  test.skipIf(!has(shell))(
    "completes commands, flags, values, fields, jobs and files",
    { timeout: 60_000 },
    async () => {
      const start: Record<typeof shell, [string, ...string[]]> = {
        bash: ["bash", "--norc", "--noprofile", "-i"],
        zsh: ["zsh", "-f", "-i"],
      };
      await using terminal = openTerminal(place, [], { command: start[shell], env, columns: 200 });
      await terminal.waitFor(">");
      const load = shell === "zsh" ? "PS1='> '; autoload -U compinit; compinit -u -D; " : "";
      terminal.send(` ${load}source <(qizhi completion ${shell}); clear; echo rea''dy\r`);
      // With the prompt after it: what is typed before goes to the terminal's own line, without Tab.
      await terminal.waitFor(/ready\n>$/);
      for (const [typed, becomes] of lines) await type(terminal, typed, becomes);
      terminal.send("qizhi stop \t\t");
      await terminal.waitFor("@last");
      terminal.send("\u0015exit\r");
      await terminal.ended;
      expect(existsSync(join(place.dir, "hacked"))).toBe(false);
    },
  );
});

describe("completion in fish", () => {
  const complete = (line: string) => {
    const script = `qizhi completion fish | source; complete -C ${JSON.stringify(line)}`;
    const text = execFileSync("fish", ["--no-config", "-c", script], {
      env,
      cwd: place.dir,
      encoding: "utf8",
    });
    return text
      .trimEnd()
      .split("\n")
      .map((each) => each.split("\t")[0]);
  };

  test.skipIf(!has("fish"))(
    "completes commands, flags, values, fields, jobs and files",
    { timeout: 60_000 },
    () => {
      for (const [typed, becomes] of lines) {
        const last = becomes
          .trimEnd()
          .split(/(?<!\\) /)
          .at(-1)!
          .replace("\\ ", " ");
        expect(complete(typed)).toContain(last);
      }
      expect(complete("qizhi stop ")).toEqual(["@last", "学习率", "llama-7b", ...ids.toReversed()]);
      expect(existsSync(join(place.dir, "hacked"))).toBe(false);
    },
  );
});

describe("what the scripts ask for", () => {
  const ask = async (...words: string[]) => {
    const { stdout, stderr, code } = await place.run(["__complete", "bash", ...words]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    return stdout.split("\n").slice(0, -1);
  };

  test("offers each flag once, but those that may be repeated again", async () => {
    expect(await ask("submit", "x.yaml", "--wait", "--w")).toEqual([]);
    expect(await ask("submit", "--set", "a=1", "--se")).toEqual(["--set"]);
  });

  test("knows a flag before the command, and flags by their letters", async () => {
    expect(await ask("--lang", "zh", "vali")).toEqual(["validate"]);
    expect(await ask("--account", "lab", "status", "@l")).toEqual(["@last"]);
    expect(await ask("status", "-o", "y")).toEqual(["yaml"]);
    expect(await ask("clone", "-o", "json", "@l")).toEqual(["@last"]);
    expect(await ask("stop", "-y", "--ye")).toEqual([]);
  });

  test("offers sweeps where a command takes them, and files for a flag that names one", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using own = await createPlace(platform);
    const matrix = { command: "echo {{ matrix.lr }}", matrix: { lr: [1, 2] } };
    const spec = await writeSpec(own, { name: "lr-search", ...matrix });
    const { sweep } = JSON.parse((await own.run(["submit", spec, "--json"])).stdout);
    const askThere = async (...words: string[]) => {
      const { stdout } = await own.run(["__complete", "bash", ...words]);
      return stdout.split("\n").slice(0, -1);
    };
    expect(await askThere("stop", "sweep-")).toEqual([sweep]);
    expect(await askThere("report", "")).toEqual(["@last", "lr-search", sweep]);
    expect(await askThere("note", "sweep-")).toEqual([]);
    expect(await ask("submit", "x.yaml", "--csv", "")).toEqual([":files"]);
  });

  test("offers no job twice, and none after the last argument", async () => {
    expect(await ask("wait", ids[1]!, "job-1")).toEqual([ids[0]]);
    expect(await ask("clone", "@last", "")).toEqual([":files"]);
    expect(await ask("whoami", "")).toEqual([]);
  });

  test("describes jobs in the user's language, for shells that show it", async () => {
    const { stdout } = await place.run(["__complete", "fish", "wait", "llama"], {
      env: { LANG: "zh_CN.UTF-8" },
    });
    expect(stdout).toMatch(/^llama-7b\tllama-7b，运行中，/);
  });

  test("says nothing when the history cannot be read, and knows no other shell", async () => {
    const broken = { env: { QIZHI_STATE_DIR: "/proc/none" } };
    expect(await place.run(["__complete", "zsh", "wait", ""], broken)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    const { code, stderr } = await place.run(["completion", "tcsh"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: There is no completion for "tcsh"; there is for bash, zsh, fish.\n',
    });
  });
});
