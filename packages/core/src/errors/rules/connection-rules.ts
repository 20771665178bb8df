import type { BrokenRule } from "../../schemas/spec-rules.ts";
import type { Said } from "./sentences.ts";

/** Whose certificate or TLS it is: the platform's host or that of an https proxy. */
interface Peer {
  readonly name: string;
}

interface Issued extends Peer {
  /** Who signed the certificate, as it says itself. */
  readonly issuer?: string | undefined;
  /** Whether QIZHI_CA_FILE names a file already. */
  readonly hasCaFile: boolean;
}

interface Expired extends Peer {
  readonly until?: string | undefined;
  /** Whose certificate it is, where it is not the server's own. */
  readonly signer?: string | undefined;
}

interface ProxyLogin {
  /** The variable or option that names the proxy. */
  readonly source: string;
}

interface ProxyAnswer {
  /** Where the proxy was to connect to. */
  readonly target: string;
  /** HTTP status, where it was an answer in HTTP. */
  readonly status?: number | undefined;
  /** The proxy's own word for it, such as squid's `ERR_ACCESS_DENIED`. */
  readonly word?: string | undefined;
}

const toFacts = ({ status, word }: ProxyAnswer): string => {
  const facts = [status && `status ${status}`, word].filter(Boolean).join(", ");
  return facts && ` (${facts})`;
};

const trustHint = ({ issuer, hasCaFile }: Issued): string => {
  const whose = issuer === undefined ? "its issuer" : `"${issuer}"`;
  return hasCaFile
    ? `The file that QIZHI_CA_FILE names does not hold the certificate of ${whose}: add it if you trust it.`
    : `If you trust ${whose}, name a PEM file with that certificate in QIZHI_CA_FILE.`;
};

const encoding = "with special characters percent-encoded (@ is %40, : is %3A, / is %2F)";

/**
 * Why no usable answer came, in English words: what happened, and the next step where it is another than
 * to check the network. The sentence of a `proxy_` rule has the proxy for its subject.
 */
export const connectionRules = {
  refused: (): Said => ({ summary: "the connection was refused" }),
  cut: (): Said => ({ summary: "the connection was cut before the answer" }),
  body_cut: (): Said => ({ summary: "the answer was cut off before its end" }),
  body_too_large: ({ maxBytes }: { maxBytes: number }): Said => ({
    summary: `the answer is larger than the limit of ${maxBytes} bytes`,
  }),
  body_encoding: (): Said => ({ summary: "the answer came in an encoding that cannot be read" }),
  not_http: (): Said => ({ summary: "the answer is not HTTP" }),
  host_unreachable: (): Said => ({ summary: "the host cannot be reached" }),
  network_unreachable: (): Said => ({ summary: "the network cannot be reached" }),
  connect_timeout: (): Said => ({ summary: "no connection in time" }),
  not_connected: ({ ms }: { ms: number }): Said => ({ summary: `no connection within ${ms} ms` }),
  late: ({ ms }: { ms: number }): Said => ({ summary: `nothing complete within ${ms} ms` }),
  late_login: ({ ms }: { ms: number }): Said => ({ summary: `no login within ${ms} ms` }),
  no_turn: ({ ms }: { ms: number }): Said => ({ summary: `no turn within ${ms} ms` }),
  not_sent_in_time: (): Said => ({
    summary: "the deadline of the call passed before it was sent",
  }),
  failed: (): Said => ({ summary: "the connection failed" }),
  transport_threw: ({ thrown }: { thrown: string }): Said => ({
    summary: `the transport that the client was given threw ${thrown}`,
    hint: "Correct the transport.",
  }),

  name_unknown: ({ name }: { name: string }): Said => ({
    summary: `the name ${name} cannot be resolved`,
  }),
  name_unknown_now: ({ name }: { name: string }): Said => ({
    summary: `the name ${name} cannot be resolved at the moment`,
  }),
  name_unknown_here: ({ name, source }: { name: string; source: string }): Said => ({
    summary: `the name ${name} cannot be resolved on this machine`,
    hint: `Write socks5h:// instead of socks5:// in ${source}: then the proxy resolves the name.`,
  }),
  name_silent: ({ name, ms }: { name: string; ms: number }): Said => ({
    summary: `the name ${name} was not resolved within ${ms} ms`,
    hint: "Check the name servers of this machine, and the VPN.",
  }),

  cert_expired: ({ name, until, signer }: Expired): Said => {
    const whose = signer === undefined ? name : `"${signer}", which signed that of ${name},`;
    return {
      summary: `the certificate of ${whose} has expired${until ? `: it was valid until ${until}` : ""}`,
      hint: `Check this machine's clock; if it is right, whoever runs ${name} has to renew the certificate.`,
    };
  },
  cert_not_yet_valid: ({ name, from }: Peer & { from?: string | undefined }): Said => ({
    summary: `the certificate of ${name} is not valid yet${from ? `, only from ${from}` : ""}`,
    hint: "Check this machine's clock: it is probably behind.",
  }),
  cert_other_name: ({ name, names }: Peer & { names: readonly string[] }): Said => ({
    summary: `the certificate is for ${names.join(", ") || "no name at all"}, not for ${name}`,
    hint: "Another server answers there: check the address, the VPN and the proxy.",
  }),
  cert_issuer: ({ name, issuer, hasCaFile }: Issued): Said => ({
    summary: `the certificate of ${name} is not trusted: ${issuer === undefined ? "its issuer" : `its issuer "${issuer}"`} is not known here`,
    hint: trustHint({ name, issuer, hasCaFile }),
  }),
  cert_self_signed: ({ name, hasCaFile }: Peer & { hasCaFile: boolean }): Said => ({
    summary: `the certificate of ${name} is not trusted: it is signed by itself`,
    hint: hasCaFile
      ? "The file that QIZHI_CA_FILE names does not hold this certificate: add it if you trust it."
      : "If you trust it, name a PEM file with this certificate in QIZHI_CA_FILE.",
  }),
  cert_refused: ({ name, code }: Peer & { code: string }): Said => ({
    summary: `the certificate of ${name} cannot be accepted (${code})`,
    hint: `Tell whoever runs ${name}.`,
  }),
  tls_too_old: ({ name }: Peer): Said => ({
    summary: `${name} speaks only versions of TLS that are too old to be safe`,
    hint: "TLS 1.2 or newer is needed: tell whoever runs it.",
  }),
  tls_no_common: ({ name }: Peer): Said => ({
    summary: `${name} broke the TLS handshake off: there is no cipher or curve in common, or it does not know the name`,
    hint: "Check the address; else tell whoever runs it.",
  }),
  tls_client_certificate: ({ name }: Peer): Said => ({
    summary: `${name} wants a certificate of the client, which qizhi cannot show`,
    hint: "Check the address: the platform itself asks for none.",
  }),
  tls_failed: ({ name }: Peer): Said => ({ summary: `the TLS handshake with ${name} failed` }),
  not_tls: ({ name }: Peer): Said => ({
    summary: `no TLS is spoken at ${name}`,
    hint: "Check the scheme and the port of the address, and of the proxy.",
  }),

  proxy_wants_login: ({ source }: ProxyLogin): Said => ({
    summary: "wants a name and password",
    hint: `Put them into ${source}: http://name:password@host:port, ${encoding}.`,
  }),
  proxy_login_refused: ({ source }: ProxyLogin): Said => ({
    summary: `did not take the name and password in ${source}`,
    hint: `Correct them, ${encoding}. Nothing is tried again: repeated wrong logins may lock an account.`,
  }),
  proxy_login_method: ({ methods }: { methods: string }): Said => ({
    summary: `wants a kind of login that qizhi does not have (${methods})`,
    hint: "Use another proxy, or one on this machine that logs in for you, such as cntlm or px.",
  }),
  proxy_denied: (answer: ProxyAnswer): Said => ({
    summary: `does not allow connections to ${answer.target}${toFacts(answer)}`,
    hint: "Ask whoever runs the proxy to allow it, use another proxy, or name the host in NO_PROXY.",
  }),
  proxy_no_name: (answer: ProxyAnswer): Said => ({
    summary: `cannot resolve the name of ${answer.target}${toFacts(answer)}`,
    hint: "Use a proxy that knows the platform's network, or name the host in NO_PROXY.",
  }),
  proxy_no_way: (answer: ProxyAnswer): Said => ({
    summary: `cannot connect to ${answer.target}${toFacts(answer)}`,
    hint: "Try again; if it stays so, use a proxy that reaches the platform's network.",
  }),
  proxy_answered: (answer: ProxyAnswer): Said => ({
    summary: `answered in the place of ${answer.target}${toFacts(answer)}`,
    hint: "Check the proxy, or use another one.",
  }),
  proxy_no_tunnel: (answer: ProxyAnswer): Said => ({
    summary: `opens no connections to ${answer.target}: it does not understand CONNECT${toFacts(answer)}`,
    hint: "Use an HTTP proxy that does, or a SOCKS proxy.",
  }),
  proxy_not_socks: ({ source }: ProxyLogin): Said => ({
    summary: "does not speak SOCKS 5",
    hint: `Check the port and the scheme in ${source}: an HTTP proxy begins with http://.`,
  }),
};

/** Stable name of why no usable answer came. */
export type ConnectionRule = keyof typeof connectionRules;
/** Why no usable answer came, with its facts. */
export type BrokenConnectionRule = BrokenRule<typeof connectionRules>;
