import type { CommandDefinition } from "../../context/command.ts";
import { access, connection, json } from "../../context/flags.ts";
import { under } from "../../context/options.ts";

export const loginCommand: CommandDefinition = {
  usage: "login",
  summary: {
    en: "Log in and keep the token for 7 days; the password is never kept",
    zh: "登录并保存令牌 7 天；从不保存密码",
  },
  options: [
    [
      "--password-stdin",
      "Read the password from stdin instead of asking for it",
      "从标准输入读取密码，不询问",
    ],
    ["--base-url <url>", "Address of the platform (QIZHI_BASE_URL)", "平台地址（QIZHI_BASE_URL）"],
    ["--username <name>", "Login name (QIZHI_USERNAME)", "用户名（QIZHI_USERNAME）"],
    [
      "--account <name>",
      "Name to keep this login under (default: the login name)",
      "保存这个登录用的账号名（默认为用户名）",
    ],
    json,
  ],
  examples: ["qizhi login --username alice", "qizhi login --account lab2 --password-stdin < file"],
  load: async () => (await import("./login.ts")).login,
};

export const logoutCommand: CommandDefinition = {
  usage: "logout",
  summary: { en: "Remove a saved login", zh: "删除保存的登录" },
  options: [
    [
      "--account <name>",
      "Saved login to remove (default: the default one)",
      "要删除的登录（默认为默认账号）",
      { conflicts: ["--all"] },
    ],
    ["--all", "Remove every saved login", "删除所有保存的登录"],
    json,
  ],
  examples: ["qizhi logout", "qizhi logout --account lab2"],
  load: async () => (await import("./accounts.ts")).logout,
};

export const whoamiCommand: CommandDefinition = {
  usage: "whoami",
  summary: {
    en: "Show who the next command works as; ends with 2 when nobody",
    zh: "显示下一个命令使用的账号；没有时退出码为 2",
  },
  options: [...access, json],
  examples: ["qizhi whoami", "qizhi whoami --account lab2 --json"],
  load: async () => (await import("./accounts.ts")).whoami,
};

export const accountsCommand: CommandDefinition = {
  usage: "accounts [name]",
  summary: {
    en: "List the saved logins; with a name, make that one the default",
    zh: "列出保存的登录；给出名称则设为默认",
  },
  options: [json],
  examples: ["qizhi accounts", "qizhi accounts lab2"],
  load: async () => (await import("./accounts.ts")).accounts,
};

export const doctorCommand: CommandDefinition = {
  usage: "doctor",
  summary: {
    en: "Find what is wrong: configuration, proxy, network, TLS, clock, login",
    zh: "检查哪里有问题：配置、代理、网络、TLS、时钟、登录",
  },
  options: [
    [
      "--facts",
      "Also say which facts of docs/wire.md the platform confirms, without ids or secrets",
      "同时说明平台证实了 docs/wire.md 的哪些事实，不含 id 和密钥",
      { conflicts: ["--probe", "--probe-log"] },
    ],
    [
      "--probe <spec>",
      "Print a job of two nodes that settles what is open, with the ids of this spec",
      "用这个任务描述里的 id，打印一个能弄清未知之处的两节点任务",
      { conflicts: ["--probe-log"] },
    ],
    [
      "--yes",
      "Submit the probe, stop it once it has run for a minute, and say how to make the report",
      "提交这个任务，运行满一分钟就停止，并说明如何得到报告",
      { needs: ["--probe"] },
    ],
    ["--probe-log <file>", "Report from what the probe printed", "根据它打印的内容给出报告"],
    ...under({ conflicts: ["--probe-log"] }, connection),
    json,
  ],
  examples: ["qizhi doctor --facts", "qizhi doctor --probe job.yaml"],
  load: async () => (await import("./doctor.ts")).doctor,
};
