import type { account as english } from "./en-account.ts";
import { inChinese } from "./zh-errors/zh-duration.ts";

/** 登录相关的简体中文文本。 */
export const account: typeof english = {
  labels: {
    account: "账号",
    username: "用户名",
    platform: "平台",
    from: "登录来源",
    until: "有效期至",
  },
  askUsername: "用户名",
  askPassword: (username) => `${username} 的密码（不显示，不保存）`,
  needsUsername: "缺少用户名，而且没有终端可以询问。",
  usernameHint: "请用 --username 指定，或设置 QIZHI_USERNAME。",
  needsPassword: "缺少密码，而且没有终端可以询问。",
  passwordHint: "请用 --password-stdin 从管道传入，或设置 QIZHI_PASSWORD。",
  passwordFrom: (source) => `用 ${source === "stdin" ? "标准输入" : source} 里的密码登录。`,
  notUtf8: (source) =>
    `${source === "stdin" ? "标准输入" : source} 的内容不是 UTF-8 文本。什么也没有发送。`,
  notOneLine: (source) =>
    `${source === "stdin" ? "标准输入" : source} 的内容不是单独一行文本。什么也没有发送。`,
  secretForm: "请保存为 UTF-8 的单独一行；Windows PowerShell 写出的是 UTF-16。",
  askDoctor: "请执行 `qizhi doctor`，它会逐步检查到平台的连接。",
  emptyPassword: "标准输入里没有密码。",
  badName: (name) => `“${name}”不能作账号名。`,
  nameForm: "--account 的名称最多 64 个字符，可用字母、数字和 . _ - + @ :",
  loggedIn: (username, host, until) => `已登录 ${host}（${username}），有效期：${until}。`,
  untilUnknown: "未知",
  kept: (file) => `令牌保存在 ${file}，只有你能读取；密码没有保存。`,
  staysDefault: (usual, name) => `默认账号仍是 ${usual}；可用 \`qizhi accounts ${name}\` 更改。`,
  isDefault: (name) => `现在默认账号是 ${name}。`,
  environmentWins: (variable) => `已设置 ${variable}，它优先于保存的登录。`,
  overruled: (name) => `环境变量里的登录优先；没有使用账号 ${name}。`,
  none: (name) => `没有账号“${name}”。`,
  noneKept: "没有保存的登录。请用 `qizhi login` 登录。",
  seeAll: "`qizhi accounts` 列出所有账号；`qizhi login --account <名称>` 新建账号。",
  ofAnother: (name, username, baseUrl) =>
    `账号 ${name} 是 ${baseUrl} 上的 ${username}，与选项或环境变量要求的不一致。`,
  several: (names) => `可能指多个账号：${names}。`,
  nameOne: "请用 --account 指定一个，或用 `qizhi accounts <名称>` 设为默认。",
  expired: (name, ago) => `账号 ${name} 的登录已在 ${inChinese(ago)}前过期。`,
  again: (name) => `请执行 \`qizhi login${name === undefined ? "" : ` --account ${name}`}\`。`,
  refusedHint: "请执行 `qizhi login` 取得新令牌。如果遇到的是重定向或登录页，请先检查 VPN 和代理。",
  newToken: "请把 QIZHI_TOKEN 设为新的令牌，或取消设置并执行 `qizhi login`。",
  loggedOut: (name) => `已退出账号 ${name}，令牌已删除。`,
  notRemoved: (file, reason) => `无法删除 ${file}：${reason}。`,
  tokenStays: "令牌仍保存在其中。等它所在的目录可写之后再删除这个文件。",
  everyTime: "每个命令都会用它登录；不保存任何内容。",
  damaged: (name, file) => `无法读取账号 ${name} 的登录：${file} 已损坏。`,
  unreadable: (folder, code) => `无法读取 ${folder} 里的账号（${code}）。`,
  tighten: (file) => `如果里面确实是你的登录，请执行：chmod 600 ${file}`,
  tightened: (file, mode) =>
    `${file} 曾可被其他用户读取（权限 ${mode}），现已改为 0600。如果可能有人读过，请重新登录。`,
  loose: (file) => `其他用户可以读取登录信息，请执行：chmod 600 ${file}`,
  noHome: "没有用户主目录，无法保存登录。",
  noHomeHint:
    "请把 QIZHI_CONFIG_DIR 设为当前用户可写的文件夹，或设置 QIZHI_USERNAME 和 QIZHI_PASSWORD。",
  folderHint: "请把 QIZHI_CONFIG_DIR 设为当前用户可写的文件夹。",
};
