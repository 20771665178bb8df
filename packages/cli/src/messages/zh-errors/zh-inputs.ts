import type { ErrorWords, FactsOf } from "@qizhi/core/internal";
import { submit } from "./zh-submit.ts";

const stateActions: Record<FactsOf<"input", "state_file">["action"], string> = {
  no_home: "没有用户主目录，无法存放",
  make_folder: "无法建立文件夹",
  write: "无法写入",
  write_journal: "无法写入历史记录",
  read: "无法读取",
};

const stateReasons: Readonly<Record<string, string>> = {
  ELOOP: "ELOOP：是符号链接",
  EISDIR: "EISDIR：是文件夹",
  ENXIO: "是管道或设备，不是文件",
  NOT_A_FILE: "是管道或设备，不是文件",
};

const portReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "端口已被占用",
  ERR_SOCKET_BAD_PORT: "端口的范围是 0 到 65535",
};

const proxyProblems: Record<FactsOf<"input", "proxy_form">["problem"], string> = {
  scheme: "协议不是 http、https、socks5 或 socks5h",
  host: "没有写主机",
  quotes: "外面多了引号",
  encoding: "不是一个 URL",
  url: "不是一个 URL",
  length: "用户名或密码超过 SOCKS 允许的 255 字节",
};

const proxyHints: Partial<typeof proxyProblems> = {
  quotes: "请去掉引号；`docker run --env-file` 不像 shell 那样会去掉它们。",
  encoding:
    "用户名和密码里的特殊字符要做百分号编码：@ 写成 %40，: 写成 %3A，/ 写成 %2F，# 写成 %23，? 写成 %3F，% 写成 %25。",
};

const caProblems: Record<FactsOf<"input", "ca_file">["problem"], string> = {
  missing: "没有这个文件",
  unreadable: "无法读取",
  folder: "它是文件夹",
  special: "它是管道或设备，不是文件",
  large: "它大于 8 MB",
  der: "里面的证书是 DER 格式，不是 PEM",
  binary: "它不是文本",
  key: "里面只有密钥，没有证书",
  none: "里面没有证书",
  damaged: "里面有一张证书无法读取",
};

const caHints: Partial<typeof caProblems> = {
  missing: "请改正路径。",
  unreadable: "请让当前用户可以读取它。",
  folder: "请指定其中的一个文件。",
  der: "请转换：openssl x509 -inform der -in FILE -out ca.pem",
  binary: ".p12 或 .pfx 文件可以这样转换：openssl pkcs12 -in FILE -nokeys -out ca.pem",
};

/** 选项和参数错误的简体中文说法。 */
export const input: ErrorWords["input"] = {
  base_url_form: ({ wanted }) => ({
    summary: "平台地址不是 http(s) 地址。",
    hint: `请写 ${wanted}。`,
  }),
  base_url_more: ({ host }) => ({
    summary: `${host} 的平台地址里除了地址和路径还有别的内容。`,
    hint: "请去掉用户名、密码，以及 ? 或 # 之后的内容。",
  }),
  base_url_clear: ({ host }) => ({
    summary: `http://${host} 会明文传送密码。`,
    hint: "请用 https；在可信的网络里可以设置 QIZHI_ALLOW_HTTP=1。",
  }),
  proxy_form: ({ source, problem }) => ({
    summary: `${source} 不是可用的代理：${proxyProblems[problem]}。`,
    hint: proxyHints[problem] ?? "请写 http://host:7897 这样的 URL。",
  }),
  ca_file: ({ source, file, problem }) => ({
    summary: `${file === undefined ? source : `${file}（${source}）`}无法使用：${caProblems[problem]}。`,
    hint: caHints[problem] ?? "请指定 PEM 文件，也就是含有 -----BEGIN CERTIFICATE----- 的文本。",
  }),
  tls_check_off: () => ({
    summary: "NODE_TLS_REJECT_UNAUTHORIZED=0 会让中间的任何人都能读到密码。",
    hint: "请取消设置；可以用 QIZHI_CA_FILE 指定你信任的证书的 PEM 文件。",
  }),
  request_wrong: ({ operation, issues }) => ({
    summary: `${operation} 的请求有误：${issues}。什么也没有发送。`,
  }),
  spec_source: () => ({
    summary: "任务描述要从文件或文本读取，但两者都没有给出。",
    hint: "请给出 YAML 或 JSON 文件的名字，或 { name, text }；对象请交给 parseJobSpec。",
  }),
  option_unknown: ({ of, name, meant, known }) => ({
    summary: `${of} 没有选项“${name}”。`,
    hint: meant === undefined ? `它的选项有 ${known.join("、")}。` : `请写 ${meant}。`,
  }),
  options_wrong: ({ of, issues }) => ({ summary: `${of} 的参数有误：${issues}。` }),
  option_number: ({ of, name, value, isPositive, isEndless }) => ({
    summary: `${of} 的 ${name} 是 ${value}，而不是${isPositive ? "大于" : "不小于"} 0 的${isEndless ? "有限" : ""}数。`,
  }),
  option_form: ({ of, name, takesText }) => ({
    summary: `${of} 的 ${name} ${takesText ? "不是文本" : "既不是 true 也不是 false"}。`,
  }),
  credentials_half: ({ missing }) => ({
    summary: `登录信息里没有${missing === "username" ? "用户名" : "密码"}。`,
    hint: "用户名和密码都要给出。",
  }),
  credentials_empty: () => ({
    summary: "登录信息是空的：用户名和密码都没有设置。",
    hint: "请设置它们所来自的变量，例如 QIZHI_USERNAME 和 QIZHI_PASSWORD。",
  }),
  token_form: () => ({
    summary: "访问令牌是空的，或含有令牌里不会有的字符。",
    hint: "请重新复制，不要带空格和换行。",
  }),
  job_id_form: ({ jobId }) => ({ summary: `“${jobId}”不是任务 id：应为 job- 加 36 个字符。` }),
  job_id_cut_off: ({ jobId, length }) => ({
    summary: `“${jobId}”不完整：40 个字符中只有 ${length} 个；请复制完整的任务 id。`,
  }),
  job_id_taken: ({ jobId, attempt }) => ({
    summary: `${jobId} 是另一条提交记录（${attempt}）的任务。`,
    hint: "请复制待确认的提交记录所创建的任务的 id。",
  }),
  state_file: ({ action, file, reason }) => ({
    summary: `${stateActions[action]} ${file}（${stateReasons[reason] ?? reason}）。`,
    hint: /^(?:ENOSPC|EDQUOT)$/.test(reason)
      ? "请在那里腾出空间，或把 QIZHI_STATE_DIR 设为另一块磁盘上的文件夹。"
      : "请把 QIZHI_STATE_DIR 设为当前用户可写的文件夹。",
  }),
  state_owner: ({ file, owner, isRoot }) => ({
    summary: `${file} 属于另一个用户（uid ${owner}）。`,
    hint: isRoot
      ? "使用 sudo 时请用 `sudo -H`，让主目录是 root 的；或者不用 sudo。"
      : "请把 QIZHI_STATE_DIR 和 QIZHI_CONFIG_DIR 设为自己的文件夹。",
  }),
  state_writable: ({ file, mode }) => ({
    summary: `其他用户可以写入 ${file}（权限 ${mode}）。`,
    hint: "请先检查里面的内容，再用 `chmod go-w` 取消其他用户的写权限。",
  }),
  logs_ssh: ({ host, reason }) => ({
    summary: `无法通过 ssh 从 ${host} 读取日志：${reason}`,
    hint: `请先试 \`ssh ${host} true\`：它必须不用任何交互就能成功。`,
  }),
  logs_unreadable: ({ path, reason }) => ({
    summary: `无法读取 ${path} 中的日志（${stateReasons[reason] ?? reason}）。`,
    hint: "请让当前用户可以读取该文件夹和其中的文件。",
  }),
  local_work_dir: ({ folder }) => ({
    summary: `本地平台的工作目录 ${folder} 不是文件夹。`,
    hint: "请给出一个可以运行命令的文件夹。",
  }),
  wire_option: ({ name, known }) => ({
    summary: `本地平台没有选项 ${name}。`,
    hint: `可用的选项：${known.join("、")}。`,
  }),
  wire_value: ({ name, choices }) => ({
    summary: `本地平台的选项 ${name} 不接受这个值。`,
    hint:
      choices.length > 0
        ? `请写 ${name}=值，值为 ${choices.join("、")} 之一。`
        : `请写 ${name}=值；可用的值见 docs/wire.zh-CN.md，列表和映射用 JSON 写。`,
  }),
  local_port: ({ port, reason }) => ({
    summary: `本地平台无法监听端口 ${port}：${portReasons[reason] ?? reason}。`,
    hint: "请换一个端口，或用 0 自动选择。",
  }),
  local_state_dir: ({ folder, reason }) => ({
    summary: `本地平台无法使用状态文件夹 ${folder}：${reason.replace(/\.$/, "")}。`,
    hint: "请选一个当前用户可写的文件夹。",
  }),
  local_temporary_dir: ({ folder, reason }) => ({
    summary: `本地平台无法在 ${folder} 里建立文件夹：${reason}。`,
    hint: "请把 TMPDIR 设为当前用户可写的文件夹，或使用 `qizhi serve --state-dir <文件夹>`。",
  }),
  local_jobs_damaged: ({ file, lines }) => ({
    summary: `${file} 有 ${lines} 行无法读取，已跳过。`,
    hint: "本地平台里的任务可能比实际状态旧，或者缺失。",
  }),
  local_login_damaged: ({ file }) => ({
    summary: `无法读取 ${file} 里本地平台的登录信息。`,
    hint: "已换用新的密码。",
  }),
  local_jobs_unsaved: ({ file, reason }) => ({
    summary: `本地平台无法写入 ${file}：${reason}。`,
    hint: "它会继续运行；如果在有空间之前结束，这期间的变化会丢失。",
  }),
  local_state_taken: ({ folder, processId }) => ({
    summary: `另一个本地平台（进程 ${processId}）正在使用状态文件夹 ${folder}。`,
    hint: "请结束它，或给这一个单独的文件夹。",
  }),
  ...submit,
};
