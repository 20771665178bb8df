import type { ErrorWords, FactsOf } from "@qizhi/core/internal";

const toFacts = (facts: FactsOf<"connection", "proxy_denied">): string => {
  const known = [facts.status && `状态码 ${facts.status}`, facts.word].filter(Boolean).join("，");
  return known && `（${known}）`;
};

const encoding = "特殊字符要做百分号编码（@ 写成 %40，: 写成 %3A，/ 写成 %2F）";
const issuerOf = (issuer: string | undefined) =>
  issuer === undefined ? "签发者" : `签发者“${issuer}”`;

/** 没有得到可用应答的各种原因的简体中文说法；`proxy_` 开头的句子以代理为主语。 */
export const connection: ErrorWords["connection"] = {
  refused: () => ({ summary: "连接被拒绝" }),
  cut: () => ({ summary: "还没有收到回应，连接就断了" }),
  body_cut: () => ({ summary: "回应没有收完就断了" }),
  body_too_large: ({ maxBytes }) => ({ summary: `回应超过 ${maxBytes} 字节的上限` }),
  body_encoding: () => ({ summary: "回应的编码无法读取" }),
  not_http: () => ({ summary: "回应不是 HTTP" }),
  host_unreachable: () => ({ summary: "主机不可达" }),
  network_unreachable: () => ({ summary: "网络不可达" }),
  connect_timeout: () => ({ summary: "连接超时" }),
  not_connected: ({ ms }) => ({ summary: `${ms} ms 内没有连上` }),
  late: ({ ms }) => ({ summary: `${ms} ms 内没有收到完整的回应` }),
  late_login: ({ ms }) => ({ summary: `${ms} ms 内没有登录成功` }),
  no_turn: ({ ms }) => ({ summary: `${ms} ms 内没有轮到这次请求` }),
  not_sent_in_time: () => ({ summary: "还没有发送，这次调用的时限就到了" }),
  failed: () => ({ summary: "连接失败" }),
  transport_threw: ({ thrown }) => ({
    summary: `提供给客户端的 transport 抛出了 ${thrown}`,
    hint: "请改正这个 transport。",
  }),

  name_unknown: ({ name }) => ({ summary: `无法解析域名 ${name}` }),
  name_unknown_now: ({ name }) => ({ summary: `暂时无法解析域名 ${name}` }),
  name_unknown_here: ({ name, source }) => ({
    summary: `本机无法解析域名 ${name}`,
    hint: `请在 ${source} 里把 socks5:// 改成 socks5h://，由代理来解析域名。`,
  }),
  name_silent: ({ name, ms }) => ({
    summary: `${ms} ms 内没有解析出域名 ${name}`,
    hint: "请检查本机的 DNS 服务器和 VPN。",
  }),

  cert_expired: ({ name, until, signer }) => ({
    summary: `${name} 的证书${signer === undefined ? "" : `的签发者“${signer}”`}已过期${until ? `，有效期到 ${until}` : ""}`,
    hint: `请检查本机时钟；如果时钟没错，需要由 ${name} 的管理员更新证书。`,
  }),
  cert_not_yet_valid: ({ name, from }) => ({
    summary: `${name} 的证书尚未生效${from ? `，${from} 起有效` : ""}`,
    hint: "请检查本机时钟：很可能慢了。",
  }),
  cert_other_name: ({ name, names }) => ({
    summary: `证书属于 ${names.join("、") || "没有写明的主机"}，不属于 ${name}`,
    hint: "那里应答的是另一台服务器：请检查地址、VPN 和代理。",
  }),
  cert_issuer: ({ name, issuer, hasCaFile }) => ({
    summary: `${name} 的证书不受信任：本机不认识它的${issuerOf(issuer)}`,
    hint: hasCaFile
      ? `QIZHI_CA_FILE 指定的文件里没有${issuerOf(issuer)}的证书；如果信任它，请加进去。`
      : `如果信任${issuerOf(issuer)}，请用 QIZHI_CA_FILE 指定含有其证书的 PEM 文件。`,
  }),
  cert_self_signed: ({ name, hasCaFile }) => ({
    summary: `${name} 的证书不受信任：它是自签名的`,
    hint: hasCaFile
      ? "QIZHI_CA_FILE 指定的文件里没有这张证书；如果信任它，请加进去。"
      : "如果信任它，请用 QIZHI_CA_FILE 指定含有这张证书的 PEM 文件。",
  }),
  cert_refused: ({ name, code }) => ({
    summary: `${name} 的证书无法接受（${code}）`,
    hint: `请告诉 ${name} 的管理员。`,
  }),
  tls_too_old: ({ name }) => ({
    summary: `${name} 只支持过旧、不安全的 TLS 版本`,
    hint: "需要 TLS 1.2 或更新的版本：请告诉对方的管理员。",
  }),
  tls_no_common: ({ name }) => ({
    summary: `${name} 中断了 TLS 握手：没有共同的加密算法，或者它不认识这个域名`,
    hint: "请检查地址；地址没错的话，请告诉对方的管理员。",
  }),
  tls_client_certificate: ({ name }) => ({
    summary: `${name} 要求客户端证书，qizhi 无法出示`,
    hint: "请检查地址：平台本身不要求客户端证书。",
  }),
  tls_failed: ({ name }) => ({ summary: `与 ${name} 的 TLS 握手失败` }),
  not_tls: ({ name }) => ({
    summary: `${name} 那里不使用 TLS`,
    hint: "请检查平台地址和代理的协议与端口。",
  }),

  proxy_wants_login: ({ source }) => ({
    summary: "要求用户名和密码",
    hint: `请写进 ${source}：http://用户名:密码@主机:端口，${encoding}。`,
  }),
  proxy_login_refused: ({ source }) => ({
    summary: `没有接受 ${source} 里的用户名和密码`,
    hint: `请改正，${encoding}。不会自动重试：反复登录失败可能使账号被锁定。`,
  }),
  proxy_login_method: ({ methods }) => ({
    summary: `要求的登录方式 qizhi 不支持（${methods}）`,
    hint: "请换一个代理，或在本机运行替你登录的代理，例如 cntlm 或 px。",
  }),
  proxy_denied: (answer) => ({
    summary: `不允许连接 ${answer.target}${toFacts(answer)}`,
    hint: "请联系代理的管理员放行，换一个代理，或把主机写进 NO_PROXY。",
  }),
  proxy_no_name: (answer) => ({
    summary: `无法解析 ${answer.target} 的域名${toFacts(answer)}`,
    hint: "请使用认识平台网络的代理，或把主机写进 NO_PROXY。",
  }),
  proxy_no_way: (answer) => ({
    summary: `连不上 ${answer.target}${toFacts(answer)}`,
    hint: "请重试；如果仍然如此，请使用能到达平台网络的代理。",
  }),
  proxy_answered: (answer) => ({
    summary: `代替 ${answer.target} 作了应答${toFacts(answer)}`,
    hint: "请检查代理，或换一个。",
  }),
  proxy_no_tunnel: (answer) => ({
    summary: `没有打开到 ${answer.target} 的连接：它不支持 CONNECT${toFacts(answer)}`,
    hint: "请使用支持它的 HTTP 代理，或 SOCKS 代理。",
  }),
  proxy_not_socks: ({ source }) => ({
    summary: "不是 SOCKS 5 代理",
    hint: `请检查 ${source} 里的端口和协议：HTTP 代理以 http:// 开头。`,
  }),
};
