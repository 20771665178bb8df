/** English texts about logins. Values in them have gone through `visibleText` before. */
export const account = {
  labels: {
    account: "account",
    username: "user",
    platform: "platform",
    from: "login from",
    until: "valid until",
  },
  askUsername: "Username",
  askPassword: (username: string) => `Password of ${username} (not shown, not kept)`,
  needsUsername: "The username is missing, and there is no terminal to ask in.",
  usernameHint: "Give --username, or set QIZHI_USERNAME.",
  needsPassword: "The password is missing, and there is no terminal to ask in.",
  passwordHint: "Pipe it in with --password-stdin, or set QIZHI_PASSWORD.",
  passwordFrom: (source: string) => `Logging in with the password from ${source}.`,
  notUtf8: (source: string) => `What ${source} holds is not UTF-8 text. Nothing was sent.`,
  notOneLine: (source: string) => `What ${source} holds is not one line of text. Nothing was sent.`,
  secretForm: "Save it as UTF-8 without a second line; Windows PowerShell writes UTF-16.",
  askDoctor: "Run `qizhi doctor`; it walks the way there step by step.",
  emptyPassword: "There is no password on stdin.",
  badName: (name: string) => `"${name}" is no name for an account.`,
  nameForm: "Give --account a name of up to 64 letters, digits and . _ - + @ :",
  loggedIn: (username: string, host: string, until: string) =>
    `Logged in to ${host} as ${username}; valid until ${until}.`,
  untilUnknown: "an unknown time",
  kept: (file: string) =>
    `The token is kept in ${file}, which only you can read; the password is not kept.`,
  staysDefault: (usual: string, name: string) =>
    `The default stays ${usual}; \`qizhi accounts ${name}\` changes that.`,
  isDefault: (name: string) => `${name} is the default account now.`,
  environmentWins: (variable: string) =>
    `${variable} is set and takes precedence over saved logins.`,
  overruled: (name: string) =>
    `The login in the environment takes precedence; the account ${name} is not used.`,
  none: (name: string) => `No account "${name}".`,
  noneKept: "Not logged in. Run `qizhi login`.",
  seeAll: "`qizhi accounts` lists them; `qizhi login --account <name>` adds one.",
  ofAnother: (name: string, username: string, baseUrl: string) =>
    `The account ${name} is ${username} at ${baseUrl}, and that is not what the options or the environment ask for.`,
  several: (names: string) => `Several accounts could be meant: ${names}.`,
  nameOne: "Name one with --account, or make one the default with `qizhi accounts <name>`.",
  expired: (name: string, ago: string) => `The login of the account ${name} expired ${ago} ago.`,
  again: (name?: string) => `Run \`qizhi login${name === undefined ? "" : ` --account ${name}`}\`.`,
  refusedHint:
    "Run `qizhi login` for a new token. After a redirect or a login page, check the VPN and the proxy first.",
  newToken: "Set QIZHI_TOKEN to a new token, or unset it and run `qizhi login`.",
  loggedOut: (name: string) => `Logged out of the account ${name}; its token is removed.`,
  notRemoved: (file: string, reason: string) => `Cannot remove ${file}: ${reason}.`,
  tokenStays: "The token is still kept in it. Remove the file once its folder can be written to.",
  everyTime: "Every command logs in with it; nothing is kept.",
  damaged: (name: string, file: string) =>
    `The login of the account ${name} cannot be read: ${file} is damaged.`,
  unreadable: (folder: string, code: string) => `Cannot read the accounts in ${folder} (${code}).`,
  tighten: (file: string) => `If it is the login that you made: chmod 600 ${file}`,
  tightened: (file: string, mode: string) =>
    `${file} could be read by other users (mode ${mode}); it has mode 0600 now. If somebody may have read it, log in again.`,
  loose: (file: string) => `Other users can read the login: chmod 600 ${file}`,
  noHome: "There is no home folder in which logins could be saved.",
  noHomeHint:
    "Set QIZHI_CONFIG_DIR to a folder that this user can write to, or QIZHI_USERNAME and QIZHI_PASSWORD.",
  folderHint: "Set QIZHI_CONFIG_DIR to a folder that this user can write to.",
};
