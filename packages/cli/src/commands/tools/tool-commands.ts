import type { CommandDefinition } from "../../context/command.ts";
import { connection, json } from "../../context/flags.ts";

export const completionCommand: CommandDefinition = {
  usage: "completion <shell>",
  summary: {
    en: "Print the script that completes commands, flags and jobs in bash, zsh or fish",
    zh: "打印补全脚本，在 bash、zsh 或 fish 里补全命令、选项和任务",
  },
  options: [],
  examples: ["qizhi completion bash > qizhi.bash", "qizhi completion zsh > _qizhi"],
  load: async () => (await import("./completion.ts")).completion,
};

export const serveCommand: CommandDefinition = {
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
    [
      "--wire <name=value>",
      "Answer as another reading of the platform does, such as distributedVariables=absent; repeatable",
      "按对平台的另一种理解应答，例如 distributedVariables=absent；可重复",
    ],
    json,
  ],
  examples: [
    "qizhi serve --port 8899 --gpus 32 --state-dir local-qizhi",
    "qizhi serve --wire quota.maxPriority=4 --wire quota.abovePriority=lower",
  ],
  load: async () => (await import("./serve.ts")).serve,
};

export const mcpCommand: CommandDefinition = {
  usage: "mcp",
  summary: {
    en: "Serve tools for coding agents over stdio (Model Context Protocol)",
    zh: "通过标准输入输出为编程智能体提供工具（Model Context Protocol）",
  },
  options: [...connection],
  examples: ["qizhi mcp", "qizhi mcp --account lab2"],
  load: async () => (await import("./mcp.ts")).mcp,
};
