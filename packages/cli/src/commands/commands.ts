import { accountCommands } from "./account/account-commands.ts";
import type { CommandDefinition } from "../context/command.ts";
import {
  access,
  connection,
  json,
  limits,
  requestTimeout,
  showSecrets,
  under,
  watching,
} from "../context/flags.ts";
import { historyCommands } from "./jobs/history-commands.ts";
import { specCommands } from "./spec/spec-commands.ts";
import { sweepCommands, sweepOptions } from "./sweep/sweep-commands.ts";

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  {
    usage: "submit <spec>",
    summary: {
      en: "Submit a job from a YAML or JSON spec, - for stdin",
      zh: "用 YAML 或 JSON 任务描述提交任务，- 表示标准输入",
    },
    options: [
      ["--wait", "Wait for the outcome and end with its exit code", "等待结果，并以它的退出码结束"],
      ...under({ needs: ["--wait", "--local"] }, limits),
      ...under({ needs: ["--wait", "--local"], freeFor: "sweep" }, watching),
      [
        "--set <path=value>",
        "Replace a value, such as task_priority=5; repeatable",
        "替换一个值，例如 task_priority=5；可重复",
      ],
      [
        "--env <name=value>",
        "Add or replace an environment variable; repeatable",
        "添加或替换环境变量；可重复",
      ],
      ["--name <name>", "Replace the job's name", "替换任务名称"],
      [
        "--allow-unknown",
        "Let keys through that this version does not know",
        "放行本版本不认识的键",
      ],
      [
        "--dry-run",
        "Check and print what would be sent; send nothing",
        "检查并打印将要发送的内容；不发送",
      ],
      ...under({ needs: ["--dry-run"] }, [showSecrets]),
      [
        "--again",
        "Submit although an earlier, equal submit has an unknown outcome",
        "即使之前相同的提交结果不明，也再次提交",
        { conflicts: ["--local"] },
      ],
      [
        "--local",
        "Run it on this machine, on a local platform; implies --wait",
        "在本机的本地平台上运行；包含 --wait",
      ],
      ...sweepOptions,
      ...under({ conflicts: ["--local"] }, access),
      requestTimeout,
      json,
    ],
    examples: [
      "qizhi submit job.yaml --wait --timeout 2h",
      "qizhi submit job.yaml --set 'framework_config[0].instance_count=4' -- torchrun train.py",
    ],
    takesRest: true,
    load: async () => (await import("./spec/submit.ts")).submit,
  },
  {
    usage: "status [...job-ids]",
    summary: { en: "Show where jobs stand", zh: "显示任务的状态" },
    options: [
      [
        "--watch",
        "Keep looking until they have ended; ends with 0 however they end",
        "一直查看到结束；无论结果如何都以 0 结束",
      ],
      ...under({ needs: ["--watch"] }, watching),
      ...connection,
      json,
    ],
    examples: [
      "qizhi status job-11111111-1111-4111-8111-111111111111",
      "qizhi status job-11111111-1111-4111-8111-111111111111 --json",
    ],
    load: async () => (await import("./jobs/status.ts")).status,
  },
  {
    usage: "wait [...job-ids]",
    summary: {
      en: "Wait until jobs have ended; ends with their outcome",
      zh: "等待任务结束；退出码表示结果",
    },
    options: [...limits, ...watching, ...connection, json],
    examples: [
      "qizhi wait job-11111111-1111-4111-8111-111111111111",
      "qizhi wait job-11111111-1111-4111-8111-111111111111 --timeout 12h --queue-timeout 1h",
    ],
    load: async () => (await import("./jobs/wait.ts")).wait,
  },
  {
    usage: "stop [...job-ids]",
    summary: { en: "Stop jobs; asks first in a terminal", zh: "停止任务；在终端里会先询问" },
    options: [
      ["--yes", "Do not ask; needed where there is no terminal", "不询问；没有终端时必须给出"],
      [
        "--wait",
        "Wait until they have really stopped and their nodes are free",
        "等到真正停止、节点释放",
      ],
      [
        "--timeout <duration>",
        "End the wait after this long; the stop goes on",
        "等待的上限；停止仍在进行",
        { needs: ["--wait"] },
      ],
      ...connection,
      json,
    ],
    examples: [
      "qizhi stop job-11111111-1111-4111-8111-111111111111",
      "qizhi stop @last --yes --wait --timeout 2m",
    ],
    load: async () => (await import("./jobs/stop.ts")).stop,
  },
  ...sweepCommands,
  ...specCommands,
  {
    usage: "completion <shell>",
    summary: {
      en: "Print the script that completes commands, flags and jobs in bash, zsh or fish",
      zh: "打印补全脚本，在 bash、zsh 或 fish 里补全命令、选项和任务",
    },
    options: [],
    examples: ["qizhi completion bash > qizhi.bash", "qizhi completion zsh > _qizhi"],
    load: async () => (await import("./tools/completion.ts")).completion,
  },
  {
    usage: "serve",
    summary: {
      en: "Run a local platform that speaks the same API, until Ctrl-C",
      zh: "运行接口相同的本地平台，直到 Ctrl-C",
    },
    options: [
      [
        "--port <port>",
        "Port on 127.0.0.1 (default: a free one)",
        "127.0.0.1 上的端口（默认自动选择）",
      ],
      ["--gpus <count>", "GPUs that it pretends to have (default 16)", "模拟的 GPU 数（默认 16）"],
      [
        "--state-dir <folder>",
        "Keep its jobs in this folder, over restarts; one that was running has failed",
        "把任务保存在这个文件夹，重启后仍在；当时正在运行的任务算失败",
      ],
      json,
    ],
    examples: ["qizhi serve", "qizhi serve --port 8899 --gpus 32 --state-dir local-qizhi"],
    load: async () => (await import("./tools/serve.ts")).serve,
  },
  {
    usage: "mcp",
    summary: {
      en: "Serve tools for coding agents over stdio (Model Context Protocol)",
      zh: "通过标准输入输出为编程智能体提供工具（Model Context Protocol）",
    },
    options: [...connection],
    examples: ["qizhi mcp", "qizhi mcp --account lab2"],
    load: async () => (await import("./tools/mcp.ts")).mcp,
  },
  ...historyCommands,
  ...accountCommands,
];
