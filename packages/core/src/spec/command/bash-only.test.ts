import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { findBashOnly, findHidingTee } from "./bash-only.ts";
import { readShellText } from "./shell-text.ts";

const isDash = whichSh().includes("dash");
const bash = spawnSync("bash", ["-c", "true"]).status === 0;

const run = (shell: string, command: string) => {
  const { status, stdout } = spawnSync(shell, ["-c", command], { encoding: "utf8", cwd: "/" });
  return `${status} ${stdout}`;
};

describe("syntax that only bash knows", () => {
  const flagged: [command: string, subject: string][] = [
    ["source /dev/null && echo ok", "source"],
    ["cd / && source /dev/null; echo $?", "source"],
    ["if [[ -d / ]]; then echo yes; fi", "[[ ]]"],
    ['[ "a" == "a" ] && echo same', "[ a == b ]"],
    ["a=(1 2); echo done", "name=(…)"],
    ['set -- x; echo "${a[0]:-none}"', "${name[…]}"],
    ["cat <(echo x)", "<( ) or >( )"],
    ["set -euo pipefail; echo ok", "set -o pipefail"],
    ["set -e -o pipefail; echo ok", "set -o pipefail"],
    ["function f { echo x; }; f", "function"],
    ["cat <<< hello", "<<<"],
    ["ls /nowhere &> /dev/null; echo $?", "&>"],
    ["ls /nowhere |& cat", "|&"],
    ["for i in {1..3}; do echo $i; done", "{1..3}"],
    ["i=1; ((i++)); echo $i", "(( ))"],
    ["for ((i=0; i<2; i++)); do echo $i; done", "(( ))"],
    ["x=abc; echo ${x//a/b}", "${name//a/b} and its like"],
    ["x=abc; echo ${x^^}", "${name//a/b} and its like"],
    ["x=abc; echo ${x:1:1}", "${name//a/b} and its like"],
    ["echo $'a\\tb'", "$'…'"],
    ["pushd / >/dev/null; echo $?", "pushd"],
    ["declare -x A=1; echo $A", "declare"],
  ];

  it.each(flagged)("is found in %j", (command, subject) => {
    expect(findBashOnly(readShellText(command)).map((each) => each.subject)).toContain(subject);
  });

  it.skipIf(!isDash || !bash).each(flagged)("is really not known to dash: %j", (command) => {
    expect(run("sh", command)).not.toBe(run("bash", command));
  });

  const fine = [
    "echo 'source x; [[ a ]] <(x)'",
    "bash -c 'source /dev/null; [[ -d / ]] && a=(1 2) && echo ${a[1]}'",
    "bash <<'EOF'\nsource /dev/null\na=(1)\nEOF\necho done",
    "# source x && [[ y ]]\necho ok",
    "echo source data",
    '. /dev/null; [ "a" = "a" ] && echo "${x:-none} ${x:+y} ${#x} ${x%a} ${x##*/}"',
    "echo $((1 + 2)); (cd / && pwd); ( (echo nested) )",
    "f() { echo x; }; f 2>&1 | cat",
    "echo a#b; echo \\[\\[ x",
    "x=$(printf '%s' '{\"a\": [1,2]}'); echo \"$x\"",
    'echo "a == b" $? "$\'x\'"',
    "set -eu; echo ok",
    "case x in (x) echo y;; esac",
    "python train.py --lr=1e-3 --source=hf --range={a}",
  ];

  it.each(fine)("is not seen in %j", (command) => {
    expect(findBashOnly(readShellText(command))).toEqual([]);
  });

  it.skipIf(!isDash || !bash).each(fine)("and dash takes %j as bash does", (command) => {
    expect(run("sh", command)).toBe(run("bash", command));
  });

  it("knows a shebang for the comment that it is", () => {
    expect(findBashOnly(readShellText("#!/bin/bash\necho x"))).toEqual([
      { subject: "#!/bin/bash", instead: undefined, offset: 0 },
    ]);
    expect(findBashOnly(readShellText("#!/bin/sh\necho x"))).toEqual([]);
  });

  it("costs no more than its length on long and hostile text", () => {
    const started = process.cpuUsage();
    for (const piece of ['"${', "'", "$(", "<<E\n", "[ ", "\\", "#", "{1..", "a=(", "((", " == "]) {
      findBashOnly(readShellText(piece.repeat(4_000)));
      findHidingTee(readShellText(piece.repeat(4_000)));
    }
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(4_000);
  });
});

describe("a pipe into tee", () => {
  it.each([
    "set -e\npython train.py | tee log\necho done",
    "set -eux; a 2>&1 | tee log",
    "set -e; python echo.py | tee log; echo done",
    "(python t.py; echo done) | tee log",
    "python train.py 2>&1 | tee log",
    "cd /x && python train.py | tee -a log.txt\n",
    "env A=1 python train.py 2>&1 | tee log",
  ])("hides a failure in %j", (command) => {
    expect(findHidingTee(readShellText(command))).toBe(command.indexOf("| tee"));
  });

  it.each([
    "python train.py > log 2>&1",
    "nvidia-smi | tee gpus; python train.py",
    "bash -c 'set -eo pipefail; python train.py | tee log'",
    "echo 'a | tee b'",
    "python t.py; echo done | tee -a log",
    "set -e; date 2>&1 | tee log; python t.py",
    "set -e; env | tee log; python t.py",
    "a || tee b; c",
  ])("is not meant in %j", (command) => {
    expect(findHidingTee(readShellText(command))).toBeUndefined();
  });
});

function whichSh(): string {
  return execFileSync("sh", ["-c", "readlink -f $(command -v sh)"], { encoding: "utf8" });
}
