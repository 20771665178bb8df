type Descriptions = Readonly<Record<string, string>>;

/** The descriptions of action.yml in Chinese; a test holds the names equal. */
export const descriptions: { inputs: Descriptions; outputs: Descriptions } = {
  inputs: {
    "base-url": "平台地址。",
    username: "登录名。与 password 一起使用时，等待期间过期的令牌可以自动续期。",
    password: "登录密码。请取自 secret；在输出任何内容之前就会被屏蔽。",
    token: "用现成的访问令牌代替登录。令牌无法续期，过期后等待即结束。",
    "allow-http": "设为 true 时，允许密码经明文 http 发往本机以外的主机。",
    spec: "任务描述文件（YAML 或 JSON）在工作区中的路径。",
    "spec-inline": "直接写出的任务描述（YAML 或 JSON），代替文件。",
    profile: "任务描述以仓库 .qizhi/defaults.yaml 里的哪个 profile 为基础，代替其中 extends 写的。",
    set: "每行一个 path=value，替换任务描述中的字段，例如 framework_config[0].shm_gi=64。",
    env: "每行一个 NAME=value，写入任务的环境变量。只写名字的行会透传本步骤的同名变量。",
    "secret-env": "同 env，但每个值都会在日志中被屏蔽。平台的创建应答仍会回显这些值。",
    name: "替换任务名。",
    command: "替换命令；sh 在每个节点上执行一次。",
    image: "替换第一个节点组的镜像。",
    nodes: "替换第一个节点组的节点数。",
    priority: "替换优先级，1 到 10，越大越优先。",
    "max-running-time": "替换最长运行时间，例如 12h。到时由平台自己结束任务，即使工作流早已不在。",
    "log-dir":
      "把每个节点的输出保存到共享盘的这个文件夹（log_dir）；off 表示不保存。见 docs/logs.zh-CN.md。",
    "allow-unknown": "设为 true 时，放行本版本不认识的字段。",
    strict: "设为 true 时，警告也视为错误并拒绝提交，例如把失败掩盖掉的 | tee。",
    "max-nodes": "本步骤的任务合计最多可以要多少个节点。超过时在发出任何请求之前拒绝。",
    "max-cost":
      "本步骤的任务合计最多可以花多少：按每次重试、运行到 max_running_time_ms、并保留节点到期计算。在发出任何请求之前拒绝；需要 node-price。",
    "node-price":
      "每节点小时的价格，即以前任务 report 中的 price_per_node_hour。一个数，或每行一个 spec_id=price。",
    provenance:
      "是否用变量 CI_RUN_URL、CI_REPOSITORY、CI_COMMIT、CI_RUN_ATTEMPT 告诉任务是哪次工作流运行创建了它。",
    retries: "自身失败的任务重新提交多少次。",
    "on-rerun":
      "重新运行工作流时做什么：continue 或 submit。continue 不会重复创建：跟踪仍在进行的任务，报告已成功的任务，提交失败或被停止的任务。submit 则全部重新提交。",
    "job-id": "已有任务的 ID，或其页面地址。本 action 只跟踪它，不提交任何任务。",
    matrix:
      "构成由许多任务组成的扫描，或替换任务描述自带 matrix 的取值。每行一个 NAME=value,value，或者用 YAML、JSON 给每个 NAME 一个列表。任务描述文本用 {{ matrix.NAME }} 取值。",
    "max-active": "扫描中同时存在的任务上限。",
    "max-gpus": "扫描中同时占用的 GPU 上限。",
    "fail-fast": "设为 true 时，第一个失败就停止整个扫描及其任务。",
    wait: "设为 false 时，提交后立即结束；与 job-id 一起使用时只查看一次；对扫描则在全部运行提交之后结束。",
    timeout:
      "整个步骤的最长时间，例如 90m 或 5d。不设时只由工作流任务的 timeout-minutes 结束等待，其效果与取消相同。",
    "queue-timeout": "等待期间允许排队的最长时间。不设时只受 timeout 限制。",
    "fail-on-timeout":
      "设为 false 时，timeout 或 queue-timeout 到时步骤仍算通过，结果为 timed-out。",
    "on-cancel":
      "工作流被取消时如何处理任务：stop 或 leave。默认停止本步骤提交的任务，保留用 job-id 跟踪的任务。",
    "on-timeout": "timeout 或 queue-timeout 到时如何处理任务：stop 或 leave。",
    "on-error": "无法继续跟踪任务时如何处理它：stop 或 leave。",
    "poll-interval": "两次查询之间的最短间隔。间隔会自动拉长到一分钟一次。",
    "outage-timeout": "平台连续无法访问多久后放弃等待。",
    "request-timeout": "单次请求（含应答）的最长时间。创建超过它，结果就未知。",
    "log-interval": "没有变化时日志最长多久输出一行。",
    "log-lines":
      "显示最先失败的节点的最后多少行，最多 2000 行；runner 要能读到任务的日志；扫描时显示前三个失败的运行。摘要中单个任务可放 16,000 个字符，扫描的每次运行 3,000 个。0 表示不显示。",
    "max-requests-per-second": "扫描每秒最多多少个请求。太多会被平台拒绝。",
  },
  outputs: {
    "job-id": "任务 id，在第一次查询之前写出。",
    url: "任务在网页控制台中的页面，在第一次查询之前写出；扫描时是任务列表的页面，在结束时写出。",
    outcome:
      "步骤如何结束：submitted、active、succeeded、failed、stopped、ended、lost、cancelled、timed-out、error、unknown 之一。",
    status: "最后一次看到的平台原始状态，例如 job_running。",
    phase:
      "当时所处的阶段：queued、starting、running、succeeded、failed、stopped、ended、unknown 之一。",
    "queue-time-ms": "排队时间（毫秒）。未知时为空。",
    "run-time-ms": "命令的运行时间（毫秒），各轮合计。未知时为空。",
    "gpu-hours": "所有节点的 GPU 数乘以运行小时数，含每次重试。未知时为空。",
    cost: "每节点小时价格 × 节点数 × 运行时间，含每次重试，以平台的单位计，仅为估算。未知时为空。",
    restarts: "容错模式下第一轮之后的轮数。",
    runs: "扫描的各次运行，一个 JSON 数组，每项含 name、parameters、outcome、tries、job_id、url、各段时间、gpu_hours、cost 和 reason。超过 120,000 字节时，每项只有 name、parameters、outcome 和 job_id，仍放不下的省略；runs-file 有全部。请通过 env 读取，不要直接粘贴进 shell。",
    "runs-file": "RUNNER_TEMP 中一个文件的路径，内有扫描的全部运行，供本任务的后续步骤使用。",
    counts: '扫描中各种结果的运行数，一个 JSON 对象，例如 {"succeeded":10,"failed":2}。',
    report: "以上及更多内容组成的一个 JSON 对象。请通过 env 读取，不要直接粘贴进 shell。",
    "report-file":
      "RUNNER_TEMP 中一个文件的路径，内有 report（扫描时含全部运行），供本任务的后续步骤使用。",
  },
};
