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
  matrix: "",
  "max-active": "",
  "max-gpus": "",
  retries: "",
  "fail-fast": "false",
  rate: "",
  "on-rerun": "",
  "job-id": "",
  wait: "true",
  timeout: "",
  "queue-timeout": "",
  "on-cancel": "",
  "on-timeout": "leave",
  "fail-on-timeout": "true",
  "on-error": "leave",
  "poll-interval": "2s",
  "error-budget": "10m",
  "request-timeout": "30s",
  heartbeat: "5m",
  "log-lines": "50",
} as const;

/** Name of an input. */
export type InputName = keyof typeof inputDefaults;

/** The names of all inputs, in the order of action.yml. */
export const inputNames: readonly InputName[] = Object.keys(inputDefaults).filter(isInputName);

/** Whether a name is that of an input. */
export function isInputName(name: string): name is InputName {
  return Object.hasOwn(inputDefaults, name);
}
