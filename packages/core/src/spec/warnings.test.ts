import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { SpecError } from "../errors/errors.ts";
import { createShellReader } from "./command/shell-syntax.ts";
import { parseJobSpec } from "./parse.ts";
import { readBeside } from "./read.ts";
import { readJobSpec } from "./read-file.ts";
import { minimalSpec, yamlSpec } from "./spec.fixture.ts";
import { findSpecWarnings, type WarningContext } from "./warnings.ts";

const quiet: WarningContext = { isCi: false };

async function warningsOf(text: string, context = quiet, options = {}) {
  const read = await readJobSpec({ name: "job.yaml", text }, options);
  return findSpecWarnings(read, context).map(({ rule, subject, line, column }) => {
    return [rule, subject, line === undefined ? "" : `${line}:${column}`].join(" ").trim();
  });
}

const lineOf = (text: string, part: string) => {
  const before = text.slice(0, text.indexOf(part));
  return `${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
};

describe("warnings about a job spec", () => {
  it("are none for a plain one", async () => {
    expect(await warningsOf(yamlSpec)).toEqual([]);
  });

  it("point at the very place in a block of commands", async () => {
    const command =
      "|\n  set -e\n  source env.sh\n  cd /x && conda activate a\n  python a.py | tee log";
    const text = yamlSpec.replace("sleep 60", command);
    expect(await warningsOf(text)).toEqual([
      `bash-syntax source ${lineOf(text, "source")}`,
      `no-bashrc conda activate ${lineOf(text, "conda")}`,
      `tee-hides-failure | tee ${lineOf(text, "| tee")}`,
    ]);
  });

  it("point at their own line, not at an earlier one with the same text", async () => {
    const block = "|\n  # source env.sh\n  cd /x\n\n  source env.sh\n";
    const text = yamlSpec.replace("sleep 60", block);
    expect(await warningsOf(text)).toEqual([
      `bash-syntax source ${lineOf(text, "source env.sh\n\n")}`,
    ]);
  });

  it("tell of the line ends of Windows once", async () => {
    const command = String.raw`"set -e\r\nif true; then\r\n  python a.py \\\r\n  --x\r\nfi\r\n"`;
    const text = yamlSpec.replace("sleep 60", command);
    const warnings = await warningsOf(text, { readShell: createShellReader() });
    expect(warnings).toEqual([String.raw`lookalike \r\n (U+000D) ${lineOf(text, "\\r")}`]);
    const plain = yamlSpec.replace("sleep 60", "|\n  set -e\n  python a.py");
    expect(await warningsOf(plain.replaceAll("\n", "\r\n"))).toEqual([]);
  });

  it("point at the value where the command is written in another way", async () => {
    const text = yamlSpec.replace("sleep 60", '"sleep 1;\\tsource env.sh"');
    expect(await warningsOf(text)).toEqual([`bash-syntax source ${lineOf(text, '"sleep')}`]);
  });

  it("name secrets without repeating them, wherever they are", async () => {
    const secret = "hf_abcdefghijklmnopqrstuvwxyz";
    const envs = `envs:\n  HF_TOKEN: ${secret}\n  WANDB_API_KEY: 0123456789abcdef\n  EOS_TOKEN: endoftext\n  MAX_TOKENS: 4096\n  KEY_FILE: /inspire/key\n`;
    const text = `${yamlSpec.replace("sleep 60", `TOKEN=${secret} python a.py`)}${envs}`;
    expect(await warningsOf(text)).toEqual([
      `secret command ${lineOf(text, secret)}`,
      `secret HF_TOKEN ${lineOf(text, `${secret}\n`)}`,
      `secret WANDB_API_KEY ${lineOf(text, "0123")}`,
    ]);
    const read = await readJobSpec({ name: "-", text });
    expect(JSON.stringify(findSpecWarnings(read, quiet))).not.toContain(secret);
    const override = { env: [`API_KEY=${secret}`] };
    expect(await warningsOf(yamlSpec, quiet, override)).toEqual(["secret API_KEY"]);
  });

  it("point at what only a workflow file fills in", async () => {
    const run = "${{ github.run_id }}";
    const command = `|\n  cd /x\n  python a.py --lr \${{ matrix.lr }} --run ${run}`;
    const envs = `envs:\n  RUN: ${run}\n  JINJA: "{{ github.run_id }}"\n  SHELL_TEXT: "\${HOME} $\${{"\n`;
    const text = `${yamlSpec.replace("sleep 60", command)}${envs}`;
    const named = text.replace(/^name: .*$/m, `name: train-${run}`);
    expect(await warningsOf(named)).toEqual([
      `workflow-place ${run} ${lineOf(named, `train-${run}`)}`,
      `workflow-place \${{ matrix.lr }} ${lineOf(named, "${{ matrix")}`,
      `workflow-place ${run} ${lineOf(named, `${run}\n  JINJA`)}`,
    ]);
  });

  it("show no secret of such a place", async () => {
    const place = "${{ secrets.W || '0123456789abcdef0123456789abcdef01234567' }}";
    const text = `${yamlSpec.replace("sleep 60", `WANDB_API_KEY=${place} python t.py`)}envs:\n  WANDB_API_KEY: ${place}\n`;
    const warnings = await warningsOf(text);
    expect(warnings.join()).not.toContain("0123456789");
    expect(warnings.filter((each) => each.startsWith("workflow-place ${{ … }} "))).toHaveLength(2);
  });

  it.each([
    ["nohup python train.py > log 2>&1 &", "background &"],
    ["|\n  cd /x\n  python t.py &\n", "background &"],
    ["|\n  torchrun \\ \n    t.py\n", "blank-after-backslash \\"],
  ])("name a command that does nothing or hides a failure: %j", async (command, warning) => {
    const text = yamlSpec.replace("sleep 60", command);
    const sign = warning.endsWith("&") ? "&" : "\\";
    const before = text.slice(0, text.lastIndexOf(sign));
    const line = before.split("\n").length;
    expect(await warningsOf(text)).toEqual([
      `${warning} ${line}:${before.length - before.lastIndexOf("\n")}`,
    ]);
  });

  it.each([
    ["cat > a.json <<EOF\n  {}\n  EOF\npython t.py", "EOF", "<<"],
    ["python t.py\ncat <<'A B' | wc\nx\nA B \ny", "A B", "<<"],
    ["cat <<-EOF > x\n\tx\n \tEOF\npython t.py", "EOF", "<<"],
    ["cat <<A <<\\B\na\nA\nb\n", "B", "<<\\"],
    ["cat <<E-1\na\nE", "E-1", "<<"],
    ["cat <<EOF", "EOF", "<<"],
  ])("name a here-document that never ends: %j", (command, word, sign) => {
    const spec = parseJobSpec({ ...minimalSpec, command });
    const locate = () => ({ line: 1, column: 1 });
    const source = { name: "-", text: `|\n${command}` };
    const [warning, ...more] = findSpecWarnings({ spec, source, locate }, quiet);
    const [line, column] = lineOf(`|\n${command}`, sign).split(":").map(Number);
    const { rule, subject } = warning ?? {};
    expect([rule, subject, more]).toEqual(["open-document", word, []]);
    expect([warning?.line, warning?.column]).toEqual([line, column]);
  });

  it.each([
    ["python t.py \\\u00a0\n  --lr 1", "blank-after-backslash"],
    ["python t.py \\\u3000\u3000 \n  --lr 1", "blank-after-backslash"],
    ["python t.py \\\n  # --wd 1 \\\n  --lr 1", "cut-continuation"],
    ["python t.py \\\n  --lr 1 \\\n  # --a\n\n # --b \\\n--wd 1", "cut-continuation"],
    ["python t.py \\\n\n  --lr 1", "cut-continuation"],
    ["python t.py \\\n  \n  -x", "cut-continuation"],
  ])("name what cuts a command in two: %j", (command, rule) => {
    const found = findSpecWarnings({ spec: parseJobSpec({ ...minimalSpec, command }) }, quiet);
    expect(found[0]).toMatchObject({ rule, subject: "\\" });
    expect(found.slice(1).filter((each) => each.rule !== "lookalike")).toEqual([]);
  });

  it.each([
    "cat <<EOF\n  EOF\nEOF",
    "cat <<-EOF\n\tx\n\t\tEOF\npython t.py",
    "cat <<-\tEOF\nEOF",
    "cat <<A; cat <<'B'\na\nA\nb\nB\n",
    "cat <<\\E.1-x >y\nE.1-x\npython t.py",
    "echo $((1<<2)) $(( x << y ))\npython t.py",
    "sed -E 's/((train|val)_v1)/data/' a > b\npython - <<'PY'\nopt = AdamW(p, betas=(0.9,0.95))\nPY\npython t.py",
    "# cat <<EOF\npython t.py",
    "python -c 'print(1 <<A)'",
    "bash -c 'cat <<EOF\n  EOF'",
    `x "$(sed "s/'//")"; cat <<'X'\ncat <<EOF\nX\npython t.py`,
    "# x \\ \npython t.py",
    "python t.py # x \\\u00a0\n./run.sh",
    "echo 'a \\ \n' \"b \\ \n\" \\\\ \npython t.py",
    "cat <<EOF\na \\ \n- \\\n\n- b\nEOF",
    "python t.py \\\n  --lr 1 \\\n  # --wd 1 \\\n\n./run.sh",
    "python t.py \\\n  --lr 1 \\\n\necho done",
    "# python t.py \\\n\n# --lr 1",
    "python t.py \\\n  --lr 1",
  ])("say nothing of here-documents and lines that are as they should be: %j", (command) => {
    const found = findSpecWarnings({ spec: parseJobSpec({ ...minimalSpec, command }) }, quiet);
    expect(found.filter(({ rule }) => rule !== "does-nothing")).toEqual([]);
  });

  it.each([
    ["(python t.py &)", "&"],
    ["python t.py & disown", "&"],
    ["python t.py 2>&1 & echo started", "&"],
    ["for g in 0 1; do python t.py & done", "&"],
    ["python t.py &\nPID=$!\necho $PID > pid # kept", "&"],
    ["if true; then python t.py & fi", "&"],
    ["python t.py & wait; python b.py & \\\n  sleep 5", "&"],
    ["python t.py & exit 0", "&"],
    ["setsid -f python t.py", "setsid"],
    ["python t.py & sleep 5; nvidia-smi", "&"],
    ["python t.py > log & sleep 1m; cat log", "&"],
    ["python t.py > log & tail -n 20 log", "&"],
    ["(python t.py &); wait", "&"],
    ["(python a.py & wait) ; (python t.py &); wait", "&"],
    ["bash -c 'python t.py &'; wait", "bash"],
    ["bash -c 'python t.py &'", "bash"],
    ['bash -lc "python t.py & sleep 5"', "bash"],
    ["tmux new -d 'python t.py'", "tmux"],
    ["tmux new-session -d -s a 'x'; echo ok", "tmux"],
    ["screen -dmS x python t.py", "screen"],
    ["nohup sh prepare.sh &\necho started, no need to wait", "&"],
    ["python t.py & echo wait", "&"],
    ["python t.py & A=1 echo wait", "&"],
    ["python t.py & ps aux | grep t.py", "&"],
    [
      "python t.py & rm -f lock; cp a b; mv b c; chmod +x c; wc -l c; which python; pgrep -a python",
      "&",
    ],
    ["(python t.py & echo $! | tee train.pid)", "&"],
  ])("name what leaves a process in the background: %j", async (command, subject) => {
    const [warning, ...more] = findSpecWarnings(
      { spec: parseJobSpec({ ...minimalSpec, command }) },
      quiet,
    );
    expect([warning?.rule, warning?.subject, more]).toEqual(["background", subject, []]);
  });

  it.each(["# python t.py", "true", ":", "set -e\ncd /x\n# python t.py", "A=1; true # later"])(
    "name a command that runs nothing: %j",
    (command) => {
      const found = findSpecWarnings({ spec: parseJobSpec({ ...minimalSpec, command }) }, quiet);
      expect(found.map(({ rule }) => rule)).toEqual(["does-nothing"]);
    },
  );

  it.each([
    ["python a.py —lr 1", "— (U+2014) -"],
    ["echo “x”", '“ (U+201C) "', '” (U+201D) "'],
    ["cd /x ＆＆ python t.py", "＆ (U+FF06) &"],
    ["python\u00a0t.py", "U+00A0 undefined"],
    ["python\u200b t.py", "U+200B undefined"],
    ["cd /x\u2028python t.py", "U+2028 undefined"],
    ["echo 训练开始，请等待（2 次）——“好” '—' \"＆\" # ＆"],
    ["python 训练.py"],
  ])("name characters that look like the shell's own: %j", (command, ...signs) => {
    const found = findSpecWarnings({ spec: parseJobSpec({ ...minimalSpec, command }) }, quiet);
    expect(found.map(({ rule, subject, instead }) => `${rule} ${subject} ${instead}`)).toEqual(
      signs.map((sign) => `lookalike ${sign}`),
    );
  });

  it.each([
    ["\n  cd /x\n  python t.py", true],
    [" cd /x\n  python t.py", true],
    [' "cd /x\n  python t.py"', true],
    [" 'cd /x\n\n  pwd\n  python t.py'", true],
    [' bash -c "\n  set -e\n  echo TRAINING"', true],
    [" srun \\\n  train.py", true],
    [" 'srun \\\n  train.py'", true],
    [' "srun \\\\\n  train.py"', true],
    [' "srun \\\n  train.py"', false],
    [' bash -c "\n  set -e;\n  echo TRAINING"', false],
    ["\n  torchrun\n  t.py --lr 1", false],
    [' "cd /x &&\n  python t.py"', false],
    [' "cd /x\\n\n  python t.py"', false],
    [" 'cd /x\n\n  python t.py'", false],
    [" python t.py", false],
  ])("name commands that YAML joins without >: %j", async (value, isFolded) => {
    const text = yamlSpec.replace(" sleep 60", () => value);
    const start = value.trimStart().slice(0, 4);
    expect(await warningsOf(text)).toEqual(isFolded ? [`folded lines ${lineOf(text, start)}`] : []);
  });

  it.each([
    "python server.py & python train.py; kill %1",
    "for g in 0 1; do python t.py & done; wait",
    "python a.py & python b.py & wait",
    "python t.py & fg",
    "python t.py & A=1 wait",
    "python t.py & if true; then wait; fi",
    "python t.py & while read -r line; do echo $line; done < fifo",
    "python t.py & echo started; wait $! || exit 1",
    "mkfifo p; python t.py > p & tee log < p",
    "mkfifo p; python t.py > p & cat p",
    "sshd & sleep infinity",
    "python t.py & while true; do sleep 60; done",
    "python t.py & tail -f log",
    "python t.py & tail -n 20 -F log",
    "python t.py & nvidia-smi -l 60",
    "python t.py & sleep 90m",
    "(python t.py & wait)",
    "python a.py & (python b.py &); wait",
    "bash -c 'python t.py & wait'",
    "tmux new -d x; tmux wait-for done",
    "python t.py & A=1 python b.py",
    'python t.py & "$PYTHON" b.py',
    "setsid python t.py",
    "true || python t.py",
    "A=$(python t.py)",
    "a & b",
    "a && b",
    "a & wait",
    "echo '&'",
    "a 2>&1",
    ". /opt/conda/bin/activate && conda activate env && python t.py",
    "cd /x; . ~/miniforge3/bin/activate; conda activate env",
    "echo x # &",
    "|\n  a \\\n    b\n",
  ])("say nothing of %j", async (command) =>
    expect(
      await warningsOf(
        yamlSpec.replace(
          "sleep 60",
          JSON.stringify(command).includes("|") ? command : JSON.stringify(command),
        ),
      ),
    ).toEqual([]),
  );

  it.each([
    ["cd /x", "python train.py"],
    ["set -e", "CUDA_VISIBLE_DEVICES=0 torchrun a.py"],
    ["python a.py --lr 1", "python b.py"],
    ["python a.py", "echo done"],
    ["export A=1", "", "mkdir x", "./run.sh"],
    ["# the training", "./run.sh"],
    ["echo 'a b'", "run"],
    ["sh -c 'a", "cd b'"],
    ["bash -c '", "set -e", "python a.py", "'"],
    ['srun bash -e -lc "python a.py', 'python b.py"'],
    ["sh prepare.sh", "python train.py"],
    ["python -u prep.py --x", "torchrun train.py"],
    ["torchrun --nnodes=2 a.py", "bash train.sh"],
    ["./prepare.sh", "./train.sh"],
    ["./prepare.sh --fast", "/x/train.sh now"],
    ["torchrun \\", "train.py"],
  ])("name commands that > joins into one line: %j", async (...lines) => {
    for (const sign of [">", ">-", "> # folded"]) {
      const block = [sign, ...lines.map((line) => `  ${line}`)].join("\n");
      const text = yamlSpec.replace("sleep 60", block);
      expect(await warningsOf(text)).toEqual([`folded > ${lineOf(text, sign)}`]);
      expect(await warningsOf(text.replace(/>-?/, "|"))).toEqual([]);
    }
  });

  it.each([
    ["torchrun --nnodes 2", "train.py", "--lr 1"],
    ["cd /x &&", "python a.py"],
    ["cd /x;", "python a.py"],
    ["cd /x", "&& python a.py"],
    ["srun --label", "python a.py"],
    ["A=1 B=2", "python a.py"],
    ["python train.py", "model=gpt", "optim=adamw", "data.path=/x"],
    ["NCCL_DEBUG=INFO", "CUDA_VISIBLE_DEVICES=0,1", "torchrun t.py"],
    ["set -e", "", "cd /x", "", "python a.py"],
    ["bash -c '", "cd /x &&", "python a.py", "'"],
    ["bash -c '", "set -e", "'"],
    ["bash -c 'torchrun --nnodes 2", "train.py --lr 1'"],
    ["python -c '", "import a", "'"],
    ["python train.py", "--config x.py", "python-like argument"],
    ["accelerate launch", "train.py"],
    ["torchrun --nproc 8", "train.py", "./data/x.sh"],
    ["bash run.sh", "./data/x.sh"],
    ["env SETUP=a.sh", "python train.py"],
    ["srun --task-prolog a.sh", "python train.py"],
    ["python a.py \\\\", "b"],
    ["torchrun \\", "  train.py"],
    ["python a.py"],
    ["srun wrap.sh", "python train.py"],
    ["numactl -N 0 ./pin.sh", "python train.py"],
  ])("say nothing of one command on several lines: %j", async (...lines) => {
    const block = [">", ...lines.map((line) => `  ${line}`)].join("\n");
    expect(await warningsOf(yamlSpec.replace("sleep 60", block))).toEqual([]);
  });

  it.each([
    ['python a.py\n  echo "done\n  date', '"done', "open-quote quote"],
    ["if true\n  then date", "then", "shell-syntax sh"],
    ["date\n  a (b) c\n  date", "a (b)", "shell-syntax sh"],
    ["date\n  a=(1 2)", "a=(", "bash-syntax name=(…)"],
    ["cat <<EOF\n  it's\n  EOF\n  date )", "date )", "shell-syntax sh"],
    ["echo 'a\n  b'; date | wc", ""],
  ])("name what sh cannot read: %j", async (command, at, warning = "") => {
    const text = yamlSpec.replace("sleep 60", () => `|\n  ${command}`);
    const readShell = (input: string) => {
      const { status, stderr } = spawnSync("sh", ["-n"], { input, encoding: "utf8" });
      return status === 0 ? undefined : stderr;
    };
    const found = await warningsOf(text, { isCi: false, readShell });
    expect(found).toEqual(warning === "" ? [] : [`${warning} ${lineOf(text, at)}`]);
  });

  it("ask no shell about words and variables alone", async () => {
    const readShell = () => "sh: 1: asked";
    for (const command of ["sleep 60", "torchrun --nnodes $PET_NNODES a/b.py --lr=1e-3"]) {
      const text = yamlSpec.replace("sleep 60", command);
      expect(await warningsOf(text, { isCi: false, readShell })).toEqual([]);
    }
  });

  it("name a bare duration that is more likely seconds, and variables that the platform sets", async () => {
    const text = `${yamlSpec}max_running_time_ms: 7200\nenvs: {MASTER_ADDR: x, PET_NNODES: "2", A: b}\n`;
    expect(await warningsOf(text)).toEqual([
      `short-duration 7200 ${lineOf(text, "7200")}`,
      `platform-variable MASTER_ADDR ${lineOf(text, "x, PET")}`,
      `platform-variable PET_NNODES ${lineOf(text, '"2"')}`,
    ]);
    const read = await readJobSpec({ name: "-", text });
    expect(findSpecWarnings(read, quiet)[0]?.message).toBe(
      "has no unit: 7200 is 7.2 seconds; write 7.2s, or 2h if it was meant in seconds",
    );
    expect(await warningsOf(`${yamlSpec}max_running_time_ms: 30s\n`)).toEqual([]);
    const override = { set: ["max_running_time_ms=7200"] };
    expect(await warningsOf(yamlSpec, quiet, override)).toEqual(["short-duration 7200"]);
  });

  it.each([
    ["59999", "59.999s, or 16h39m59s"],
    ["86400", "86.4s, or 1d"],
    ["604800", "604.8s, or 7d"],
    ["1", "0.001s, or 1s"],
    ["999999", "999.999s, or 11d13h46m39s"],
  ])("write the bare duration %s in both ways, and a spec takes both", async (bare, both) => {
    for (const field of ["max_running_time_ms", "reserve_on_fail_ms"]) {
      const read = await readJobSpec({ name: "-", text: `${yamlSpec}${field}: ${bare}\n` });
      const [warning] = findSpecWarnings(read, quiet);
      expect(warning?.message).toContain(`write ${both} if it was meant in seconds`);
      for (const written of both.split(", or ")) {
        expect(await warningsOf(`${yamlSpec}${field}: ${written}\n`)).toEqual([]);
      }
    }
  });

  it("say nothing of durations that are milliseconds, or refused", async () => {
    expect(await warningsOf(`${yamlSpec}max_running_time_ms: 7200000\n`)).toEqual([]);
    for (const wrong of ["0", "-5", "soon"]) {
      const text = `${yamlSpec}max_running_time_ms: ${wrong}\n`;
      const error: unknown = await readJobSpec({ name: "-", text }).catch((caught) => caught);
      const beside = error instanceof SpecError ? readBeside(error) : undefined;
      expect(beside && findSpecWarnings(beside, quiet)).toEqual([]);
    }
  });

  it("cost no more than the length of a hostile command", () => {
    const started = process.cpuUsage();
    const commands = [
      `conda ${" ".repeat(60_000)}`,
      `${"\n".repeat(60_000)}conda`,
      '"'.repeat(60_000),
      "((".repeat(30_000),
      "<<a\n".repeat(15_000),
      "[ ".repeat(30_000),
      "\\ ".repeat(30_000),
    ];
    for (const command of commands) {
      findSpecWarnings({ spec: parseJobSpec({ ...minimalSpec, command }) }, quiet);
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(4_000);
  });

  it.each([
    [
      "docker-qb.sii.edu.cn/a/b:v1",
      "image-push-host docker-qb.sii.edu.cn docker.sii.shaipower.online",
    ],
    [
      "docker-t.sii.edu.cn/a/b:v1",
      "image-push-host docker-t.sii.edu.cn docker-t.sii.shaipower.online",
    ],
    ["docker-t.sii.shaipower.online/a/b:v1", undefined],
    ["inspire-studio/b:v1", undefined],
    ["b:v1", "image-host  "],
  ])("say of an image %s which host a job names: %s", (image, said) => {
    const [node] = minimalSpec.framework_config;
    const spec = parseJobSpec({ ...minimalSpec, framework_config: [{ ...node, image }] });
    const warnings = findSpecWarnings({ spec }, quiet).map(({ rule, subject, instead = "" }) => {
      return `${rule} ${subject} ${instead}`;
    });
    expect(warnings).toEqual(said === undefined ? [] : [said]);
  });

  it("take a spec_id of any form, and say where it is not the usual one", async () => {
    const opaque = yamlSpec.replace(/spec_id: .*/, "spec_id: c18m200g1t");
    expect(opaque).not.toBe(yamlSpec);
    expect(await warningsOf(opaque)).toEqual([`spec-id c18m200g1t ${lineOf(opaque, "c18m")}`]);
    const usual = yamlSpec.replace(/ +image_type: .*\n/, "");
    const { spec } = await readJobSpec({ name: "job.yaml", text: usual });
    expect(spec.framework_config[0]?.image_type).toBe("SOURCE_PUBLIC");
  });

  it("say where the known shape of a node does not fit", async () => {
    const shaped = (specId: string, changes: object) =>
      findSpecWarnings(
        {
          spec: parseJobSpec({
            ...minimalSpec,
            framework_config: [{ ...minimalSpec.framework_config[0], spec_id: specId, ...changes }],
          }),
        },
        quiet,
      ).map(({ rule, message }) => [rule, message]);
    const rest = "-1111-4111-8111-111111111111";
    expect(shaped(`4dd0e854${rest}`, { shm_gi: 1200, instance_count: 2 })).toEqual([
      [
        "shm-over-memory",
        "is 1200, more than the 200 GiB of memory that a node of this spec_id has",
      ],
      [
        "nodes-in-part",
        "is 2, but a node of this spec_id has 1 of 8 GPUs; several nodes need 8 each",
      ],
    ]);
    expect(shaped(`b618f5cb${rest}`, { shm_gi: 1600, instance_count: 4 })).toEqual([]);
    expect(shaped(`11111111${rest}`, { shm_gi: 65_536, instance_count: 4 })).toEqual([]);
  });

  it("name images from elsewhere, low priority, and a missing time limit in CI", async () => {
    const text = yamlSpec.replace("task_priority: 4", "task_priority: 2");
    const other = text.replace(/image: .*/, "image: nvcr.io/nvidia/pytorch:24.01");
    expect(other).not.toBe(text);
    expect((await warningsOf(other, { isCi: true })).toSorted()).toEqual([
      `image-host nvcr.io ${lineOf(other, "nvcr.io")}`,
      "no-time-limit max_running_time_ms",
      `preemptible 2 ${lineOf(other, "2\nframework")}`,
    ]);
    expect(await warningsOf(`${text}max_running_time_ms: 2h\n`, { isCi: true })).toHaveLength(1);
  });
});
