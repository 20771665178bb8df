/** Every input with its default, as in action.yml; a test holds the two equal. */
export const inputDefaults = {
  "base-url": "https://qz.sii.edu.cn",
  username: "",
  password: "",
  token: "",
  "allow-http": "false",
  spec: "",
  "spec-inline": "",
  profile: "",
  set: "",
  env: "",
  "secret-env": "",
  name: "",
  command: "",
  image: "",
  nodes: "",
  priority: "",
  "max-running-time": "",
  "log-dir": "",
  "allow-unknown": "false",
  strict: "false",
  "max-nodes": "",
  "max-cost": "",
  "node-price": "",
  provenance: "true",
  retries: "0",
  "on-rerun": "continue",
  "job-id": "",
  matrix: "",
  "max-active": "",
  "max-gpus": "",
  "fail-fast": "false",
  wait: "true",
  timeout: "",
  "queue-timeout": "",
  "fail-on-timeout": "true",
  "on-cancel": "",
  "on-timeout": "leave",
  "on-error": "leave",
  "poll-interval": "2s",
  "outage-timeout": "10m",
  "request-timeout": "30s",
  "log-interval": "5m",
  "log-lines": "50",
  "max-requests-per-second": "3",
} as const;

/** Old names of inputs: the next major version of the action does not know them any more. */
export const oldNames: Readonly<Partial<Record<InputName, string>>> = {
  "outage-timeout": "error-budget",
  "log-interval": "heartbeat",
  "max-requests-per-second": "rate",
};

/** Name of an input. */
export type InputName = keyof typeof inputDefaults;

/** The names of all inputs, in the order of action.yml. */
export const inputNames: readonly InputName[] = Object.keys(inputDefaults).filter(isInputName);

/** Whether a name is that of an input. */
export function isInputName(name: string): name is InputName {
  return Object.hasOwn(inputDefaults, name);
}
