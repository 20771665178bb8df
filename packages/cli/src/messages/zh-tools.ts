import type * as english from "./en-tools.ts";

/** doctor 的简体中文文本。 */
export const doctor: typeof english.doctor = {
  checks: {
    version: "版本",
    language: "语言",
    state: "历史",
    config: "账号",
    ca: "证书",
    "base-url": "平台",
    proxy: "代理",
    dns: "域名",
    tcp: "连接",
    tls: "TLS",
    answer: "应答",
    clock: "时钟",
    login: "登录",
  },
  well: "一切正常。",
  ill: (count) => `${count} 个问题。`,
  from: (value, source) => `${value}（${source}）`,
  locale: "系统语言",
  direct: "无，直接连接",
  bypassed: (source, why) => `直接连接：设置了 ${source}，但 ${why} 绕过它`,
  journal: (folder, jobs) => `${folder}，${jobs} 个任务`,
  accounts: (folder, count) => `${folder}，保存了 ${count} 个登录`,
  notWritable: (folder) => `${folder} 不可写，因此无法提交任务。`,
  noLoginKept: (folder) => `${folder} 不可写，因此无法保存登录。`,
  fixState: "请把 QIZHI_STATE_DIR 设为当前用户可写的文件夹。",
  loose: (files) => `其他用户可以读取 ${files}。`,
  extraCa: (file) => `NODE_EXTRA_CA_CERTS（${file}）使每次启动慢约 50 ms。`,
  fixExtraCa: "QIZHI_CA_FILE 作用相同，只用于 qizhi，且只在需要时读取。",
  noCheck: "NODE_TLS_REJECT_UNAUTHORIZED=0 会让任何人都能读到密码。",
  probeNotSent:
    "没有发送任何内容。它占用两个节点几秒钟，运行满一分钟就停止：请加 --yes。Ctrl-C 会停止它。",
  probeLog: (jobId) =>
    `请把各节点打印的内容存入文件（用 qizhi logs ${jobId}，或从任务页面复制），然后：qizhi doctor --probe-log <文件>`,
  notReached: "未能检查",
  notChecked: "没有尝试：NODE_TLS_REJECT_UNAUTHORIZED=0 关掉了证书检查",
  isAddress: (host) => `${host} 是地址`,
  resolves: (host, addresses, took) => `${host} 是 ${addresses}（${took}）`,
  noName: (host, code) => `无法解析 ${host}（${code}）。`,
  fixProxyName: "请改正变量里的代理主机名，或检查 DNS 服务器和 VPN。",
  fixName: "请检查地址；在校外请连接 VPN 或设置 HTTPS_PROXY。",
  open: (where, took) => `${where} 可连接（${took}）`,
  proxyOpen: (where, took) => `代理 ${where} 可连接（${took}）`,
  closed: (where, code) => `${where} 不接受连接（${code}）。`,
  fixPort: "在校外请连接 VPN 或设置 HTTPS_PROXY；并检查防火墙。",
  fixProxyPort: "请启动代理，或改正指向它的变量。",
  trusted: (host) => `${host} 的证书可信`,
  noTls: "明文 http，没有保护",
  fixAnswer: "请重试；如果仍然如此，请检查 VPN 和代理。",
  json: (status) => `JSON，符合预期（HTTP ${status}）`,
  html: (title, status) =>
    `应为 JSON，却是 HTML 页面${title ? `“${title}”` : ""}（HTTP ${status}）`,
  noJson: (status) => `不是 JSON 的内容（HTTP ${status}）`,
  fixHtml: "登录页意味着没有连通：请先登录网络或 VPN，并检查平台地址和代理。",
  fixGateway: "平台或其网关有故障，请稍后再试。",
  fixPath: "请检查平台地址：平台不在这里。",
  clockRight: "准确",
  clockAhead: (apart) => `本机快 ${apart}`,
  clockBehind: (apart) => `本机慢 ${apart}`,
  fixClock: "请校准本机时钟，最好使用 NTP。",
  noDate: "应答没有给出时间",
  loginNotTried: (who) => `${who}：未尝试，因为不能安全地到达平台`,
  expired: (who, when) => `${who}：已过期，${when}`,
  accepted: (who) => `${who}：已接受`,
};

/** `logs` 的中文。 */
export const logs: typeof english.logs = {
  none: (jobId) => `${jobId} 没有保留日志：提交时没有给出 log_dir。`,
  noneHint: (url) =>
    `平台自己的日志在任务页面：${url}\n要保留每个节点的输出，提交时请用 --log-dir 或 log_dir 给出共享盘上的文件夹。`,
  elsewhere: (folder) => `日志在 ${folder}，本机没有挂载这个盘。`,
  elsewhereHint: (command, folder, url) =>
    `通过能看到它的机器（例如开发机）：${command} --via <主机>\n在那台机器上：tail -n 100 -f ${folder}/*.log\n任务页面：${url}`,
  notOnHost: (host, folder) => `${host} 没有挂载日志所在的盘：${folder}。`,
  otherHost: "请用 --via <主机> 指定能看到它的机器。",
  wrapped: (folder) => `命令已包装（log_dir）：每个节点的输出还会保存到 ${folder} 下的新文件夹。`,
  notYet: "还没有任何输出。",
  notSince: "这段时间内没有任何输出。",
  tailOfSeveral: (lines) => `每个节点的最后 ${lines} 行；用 --tail 可以改变行数。`,
  noneOfStatus: (count, statuses) => `${count} 个任务中没有 ${statuses} 的。`,
  tooMany: (count, most) => `${count} 个任务太多，不能同时持续显示：最多 ${most} 个。`,
  tooManyHint: "请少指定几个，或只看运行中的：--status running",
  noSuchNode: (node, nodes) => `没有节点 ${node} 的日志；有 ${nodes} 的。`,
  round: (node, round, host) => `${node}，第 ${round} 轮${host ? `，在 ${host} 上` : ""}`,
  failedNode: (node, host, code) =>
    `${node}${host ? `（${host}）` : " "}最先失败，退出码 ${code}。`,
  seeLogs: (command) => `  日志：${command}`,
  unreadable: (why) => `无法读取日志：${why}`,
};

/** 帮助的简体中文文本；各命令的文本在命令表里。 */
export const help: typeof english.help = {
  pick: (_en, zh) => zh,
  usage: "用法",
  groups: { start: "开始", jobs: "任务", sweeps: "扫描和报告", more: "更多" },
  options: "选项",
  examples: "示例",
  heading: (text) => `${text}：`,
  about: "启智分布式训练任务的命令行",
  more: "`qizhi <命令> --help` 显示该命令自己的选项和两个示例。以上选项适用于所有用得到它们的命令。",
  common: "所有命令共有的选项（输出、登录、连接、查询）见 `qizhi --help`。",
};

/** MCP 服务器的简体中文文本。 */
export const mcp: typeof english.mcp = {
  forAgents:
    "这里在标准输入输出上使用 Model Context Protocol：请在智能体的设置里把 `qizhi mcp` 填为 stdio 服务器。按 Ctrl-C 结束。",
  ended: "MCP 服务器已结束。",
  tooLarge: "收到的消息超过 10 MiB，MCP 服务已结束。请用文件给出任务描述。",
  oneSpec: "file 和 spec 请给出其中一个。",
  tooManyJobs: (count, most) =>
    `这里有 ${count} 个任务，而每次调用最多 ${most} 个。没有发送任何请求。`,
  fewerJobs: (command) => `请在每次调用里少指定一些，或者请用户在终端里运行：${command}`,
  moreJobs: (shown, all) =>
    `显示 ${all} 个任务中的 ${shown} 个；更大的 limit（最多 1000）会列出更多。`,
  fileOutside:
    "工具只读取服务器工作目录之下的任务描述文件（.yaml、.yml 或 .json，不能是管道），不读隐藏目录里的文件，也不读指向目录之外的链接。",
};
