import { countOf } from "@qizhi/core/internal";

/** English texts of `doctor`. Values in them have gone through `visibleText` before. */
export const doctor = {
  checks: {
    version: "version",
    language: "language",
    state: "history",
    config: "accounts",
    ca: "certificates",
    "base-url": "platform",
    proxy: "proxy",
    dns: "name",
    tcp: "connection",
    tls: "TLS",
    answer: "answer",
    clock: "clock",
    login: "login",
  },
  well: "Everything works.",
  ill: (count: number): string => countOf(count, "problem.", "problems."),
  from: (value: string, source: string) => `${value} (${source})`,
  locale: "locale",
  direct: "none, direct",
  bypassed: (source: string, why: string) => `direct: ${source} is set, but ${why} bypasses it`,
  journal: (folder: string, jobs: number) => `${folder}, ${countOf(jobs, "job")}`,
  accounts: (folder: string, count: number) => `${folder}, ${countOf(count, "saved login")}`,
  notWritable: (folder: string) => `${folder} cannot be written, so no submit is possible.`,
  noLoginKept: (folder: string) => `${folder} cannot be written, so no login can be saved.`,
  fixState: "Set QIZHI_STATE_DIR to a folder that this user can write to.",
  loose: (files: string) => `Others can read ${files}.`,
  extraCa: (file: string) => `NODE_EXTRA_CA_CERTS (${file}) makes every start about 50 ms slower.`,
  fixExtraCa: "QIZHI_CA_FILE does the same for qizhi alone, when it is needed.",
  noCheck: "NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody read the password.",
  probeNotSent:
    "Nothing was sent. It takes two nodes for some seconds, and is stopped once it has run for a minute: add --yes. Ctrl-C stops it.",
  probeLog: (jobId: string) =>
    `Put what the nodes printed into a file, with qizhi logs ${jobId} or from the job's page; then: qizhi doctor --probe-log <file>`,
  notReached: "not reached",
  notChecked: "not tried: NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off",
  isAddress: (host: string) => `${host} is an address`,
  resolves: (host: string, addresses: string, took: string) => `${host} is ${addresses} (${took})`,
  noName: (host: string, code: string) => `${host} cannot be resolved (${code}).`,
  fixProxyName:
    "Correct the name of the proxy in the variable, or check the name servers and the VPN.",
  fixName: "Check the address; from outside the campus, connect the VPN or set HTTPS_PROXY.",
  open: (where: string, took: string) => `${where} is open (${took})`,
  proxyOpen: (where: string, took: string) => `the proxy ${where} is open (${took})`,
  closed: (where: string, code: string) => `${where} does not take connections (${code}).`,
  fixPort: "From outside the campus, connect the VPN or set HTTPS_PROXY; check the firewall.",
  fixProxyPort: "Start the proxy, or correct the variable that names it.",
  trusted: (host: string) => `the certificate of ${host} is trusted`,
  noTls: "plain http, not protected",
  fixAnswer: "Try again; if it stays so, check the VPN and the proxy.",
  json: (status: number) => `JSON, as it should be (HTTP ${status})`,
  html: (title: string, status: number) =>
    `an HTML page${title ? ` "${title}"` : ""} where JSON should be (HTTP ${status})`,
  noJson: (status: number) => `something that is not JSON (HTTP ${status})`,
  fixHtml:
    "A login page means no way in: sign in to the network or the VPN, and check the base URL and the proxy.",
  fixGateway: "The platform or its gateway is in trouble; try again later.",
  fixPath: "Check the base URL: the platform is not at this address.",
  clockRight: "right",
  clockAhead: (apart: string) => `this machine is ${apart} ahead`,
  clockBehind: (apart: string) => `this machine is ${apart} behind`,
  fixClock: "Set the clock of this machine, best by NTP.",
  noDate: "the answer tells no time",
  loginNotTried: (who: string) => `${who}: not tried, because the platform was not reached safely`,
  expired: (who: string, when: string) => `${who}: expired ${when}`,
  accepted: (who: string) => `${who}: accepted`,
};

/** English texts of `logs`. Values in them have gone through `visibleText` before. */
export const logs = {
  none: (jobId: string) => `${jobId} keeps no logs: it was submitted without log_dir.`,
  noneHint: (url: string) =>
    `The platform shows its own log on the job's page: ${url}\nTo keep what each node prints, submit with --log-dir or log_dir, a folder on the shared disk.`,
  elsewhere: (folder: string) =>
    `The logs are in ${folder}, on a disk that this machine does not have.`,
  elsewhereHint: (command: string, folder: string, url: string) =>
    `Through a machine that has it, such as a notebook: ${command} --via <host>\nOn that machine: tail -n 100 -f ${folder}/*.log\nThe job's page: ${url}`,
  notOnHost: (host: string, folder: string) =>
    `${host} does not have the disk of the logs, ${folder}.`,
  otherHost: "Name a machine that has it with --via <host>.",
  wrapped: (folder: string) =>
    `The command is wrapped (log_dir): what each node prints is also kept in a new folder below ${folder}.`,
  notYet: "Nothing has been printed yet.",
  notSince: "Nothing has been printed in this time.",
  tailOfSeveral: (lines: number) =>
    `The last ${lines === 1 ? "line" : `${lines} lines`} of each node; --tail gives another number.`,
  noneOfStatus: (count: number, statuses: string) =>
    count === 1 ? `The job is not ${statuses}.` : `None of ${count} jobs is ${statuses}.`,
  tooMany: (count: number, most: number) =>
    `${count} jobs are too many to follow at once: at most ${most}.`,
  tooManyHint: "Name fewer of them, or take those that run: --status running",
  noSuchNode: (node: string, nodes: string) =>
    `There is no log of node ${node}; there is of ${nodes}.`,
  round: (node: string, round: number, host: string) =>
    `${node}, round ${round}${host ? ` on ${host}` : ""}`,
  failedNode: (node: string, host: string, code: number) =>
    `${node}${host ? ` on ${host}` : ""} failed first, with exit code ${code}.`,
  seeLogs: (command: string) => `  logs: ${command}`,
  unreadable: (why: string) => `The logs cannot be read: ${why}`,
};

/** English texts of the help; those of each command stand beside it in the table. */
export const help = {
  /** The text in this language. */
  pick: (en: string, _zh: string): string => en,
  usage: "Usage",
  groups: { start: "Start", jobs: "Jobs", sweeps: "Sweeps and reports", more: "More" },
  options: "Options",
  examples: "Examples",
  heading: (text: string) => `${text}:`,
  about: "distributed training jobs on Qizhi (启智)",
  more: "`qizhi <command> --help` shows a command's own options and two examples. The options above work with every command that they mean something to.",
  common: "`qizhi --help` has the options of all commands: output, login, connection, polling.",
};

/** English texts of the MCP server. */
export const mcp = {
  forAgents:
    "This speaks the Model Context Protocol on stdin and stdout: enter `qizhi mcp` as a stdio server in your agent's settings. Ctrl-C ends it.",
  ended: "The MCP server has ended.",
  tooLarge: "A message of over 10 MiB came, so the MCP server has ended. Give a spec as a file.",
  oneSpec: "Give either file or spec.",
  tooManyJobs: (count: number, most: number) =>
    `These are ${count} jobs, and a call takes at most ${most}. Nothing was sent.`,
  fewerJobs: (command: string) =>
    `Name fewer in each call, or ask the user to run this in a terminal: ${command}`,
  moreJobs: (shown: number, all: number) =>
    `${shown} of ${all} jobs; a higher limit, 1000 at most, lists more.`,
  fileOutside:
    "A tool reads a job spec (a .yaml, .yml or .json file, no pipe) below the server's working folder only, and none in a hidden folder or behind a link that leads out.",
};
