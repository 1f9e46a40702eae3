// What isolane has beside the Web APIs of TypeScript's own libraries. Written by `isolane types`, for
// projects that have not installed @cloudflare/workers-types; with it this file is left out.
/// <reference lib="esnext.disposable" />

// --- calls between Workers ---

declare namespace Rpc {
  const __WORKER_ENTRYPOINT_BRAND: "__WORKER_ENTRYPOINT_BRAND";
  const __DURABLE_OBJECT_BRAND: "__DURABLE_OBJECT_BRAND";
  const __RPC_TARGET_BRAND: "__RPC_TARGET_BRAND";
  interface WorkerEntrypointBranded {
    [__WORKER_ENTRYPOINT_BRAND]: never;
  }
  interface DurableObjectBranded {
    [__DURABLE_OBJECT_BRAND]: never;
  }
  interface RpcTargetBranded {
    [__RPC_TARGET_BRAND]: never;
  }
  type EntrypointBranded = WorkerEntrypointBranded | DurableObjectBranded;
  type Callable = (...args: any[]) => any;
  /** What is passed by reference: the other side gets a stub of it. */
  type Stubable = RpcTargetBranded | Callable;

  /** What arrives as it is. */
  type Plain =
    | void | undefined | null | boolean | number | bigint | string | Date | RegExp | Error | ArrayBuffer
    | ArrayBufferView | Blob | Request | Response | Headers | ReadableStream<any> | WritableStream<any>;

  /** A value on the other side of a call. */
  type Arrived<T> =
    T extends Stubable ? Stub<T>
    : T extends Plain ? T
    : T extends Map<infer K, infer V> ? Map<Arrived<K>, Arrived<V>>
    : T extends Set<infer V> ? Set<Arrived<V>>
    : T extends object ? { [K in keyof T]: Arrived<T[K]> }
    : T;

  /** A reference to an object or a function of another Worker. Dispose of it when you are done. */
  type Stub<T> = Members<T> & Call<T> & { dup(): Stub<T> } & Disposable;
  type Call<T> = T extends (...args: infer A) => infer R ? (...args: Arguments<A>) => Result<R> : unknown;

  type Argument<T> =
    | T
    | (T extends Stubable ? Stub<T> : never)
    | (T extends Plain ? never : T extends object ? { [K in keyof T]: Argument<T[K]> } : never);
  type Arguments<A extends any[]> = { [K in keyof A]: Argument<A[K]> };

  type Method<F> = F extends (...args: infer A) => infer R ? (...args: Arguments<A>) => Result<R> : never;
  type Members<T, Hidden extends PropertyKey = never> = {
    [K in Exclude<keyof T, Hidden | symbol | "dup">]: T[K] extends Callable ? Method<T[K]> : Result<T[K]>;
  };

  /** The promise of a call: what is called on it goes to its result, without waiting for it. */
  type Result<R> = Promise<ResultValue<Awaited<R>>> & Pipelined<Awaited<R>> & Disposable;
  type ResultValue<T> =
    T extends Stubable | Plain ? Arrived<T> : T extends object ? Arrived<T> & Disposable : Arrived<T>;
  type Pipelined<T> = 0 extends 1 & T ? any
    : T extends Callable ? Call<T>
    : T extends Plain | readonly any[] ? unknown
    : T extends object ? Members<T, keyof Promise<any>>
    : unknown;

  type HandlerName =
    | "fetch" | "connect" | "tail" | "tailStream" | "trace" | "test" | "scheduled" | "queue" | "email" | "alarm"
    | "webSocketMessage" | "webSocketClose" | "webSocketError";
  type Provider<T> = Members<T, HandlerName | "env" | "ctx">;
}

/** A binding to another Worker. */
type Fetcher<T = undefined> = (T extends Rpc.EntrypointBranded ? Rpc.Provider<T> : unknown) & {
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  connect(address: string | SocketAddress, options?: SocketOptions): Socket;
};

/** The binding to an entrypoint, given its class or its handler object: `Service<typeof Admin>`. */
type Service<T = undefined> = T extends abstract new (...args: any[]) => infer I ? Fetcher<I> : Fetcher<T>;

interface SocketAddress {
  hostname: string;
  port: number;
}
interface SocketOptions {
  secureTransport?: "off" | "on" | "starttls";
  allowHalfOpen?: boolean;
  highWaterMark?: number;
}
interface SocketInfo {
  remoteAddress?: string;
  localAddress?: string;
}
interface Socket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<void>;
  readonly opened: Promise<SocketInfo>;
  readonly upgraded: boolean;
  readonly secureTransport: "on" | "off" | "starttls";
  close(): Promise<void>;
  startTls(options?: { expectedServerHostname?: string }): Socket;
}

// --- handlers ---

declare namespace Cloudflare {
  interface Env {}
  interface GlobalProps {}
  type GlobalProp<K extends string, Default> = K extends keyof GlobalProps ? GlobalProps[K] : Default;
  type MainModule = GlobalProp<"mainModule", {}>;
  /** What ctx.exports holds: a binding to each entrypoint of this Worker. */
  type Exports = {
    [K in keyof MainModule]: MainModule[K] extends abstract new (...args: any[]) => infer I
      ? I extends Rpc.DurableObjectBranded ? DurableObjectNamespace<I> : Fetcher<I>
      : Fetcher;
  };
}

interface ExecutionContext<Props = any> {
  waitUntil(promise: Promise<any>): void;
  passThroughOnException(): void;
  readonly tracing: Tracing;
  readonly props: Props;
  readonly exports: Cloudflare.Exports;
}

interface ScheduledController {
  readonly scheduledTime: number;
  readonly cron: string;
  noRetry(): void;
}

interface QueueRetryOptions {
  delaySeconds?: number;
}
interface Message<Body = unknown> {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: Body;
  readonly attempts: number;
  ack(): void;
  retry(options?: QueueRetryOptions): void;
}
interface MessageBatch<Body = unknown> {
  readonly queue: string;
  readonly messages: readonly Message<Body>[];
  ackAll(): void;
  retryAll(options?: QueueRetryOptions): void;
}

interface TraceLog {
  readonly timestamp: number;
  readonly level: string;
  readonly message: any;
}
interface TraceException {
  readonly timestamp: number;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}
interface TraceItem {
  readonly scriptName: string | null;
  readonly entrypoint?: string;
  readonly event: any;
  readonly eventTimestamp: number | null;
  readonly logs: TraceLog[];
  readonly exceptions: TraceException[];
  readonly outcome: string;
  readonly cpuTime: number;
  readonly wallTime: number;
}
declare namespace TailStream {
  interface Header { readonly name: string; readonly value: string }
  interface FetchEventInfo {
    readonly type: "fetch";
    readonly method: string;
    readonly url: string;
    readonly cfJson?: object;
    readonly headers: Header[];
  }
  interface JsRpcEventInfo { readonly type: "jsrpc" }
  interface ConnectEventInfo { readonly type: "connect" }
  interface CustomEventInfo { readonly type: "custom" }
  interface ScheduledEventInfo { readonly type: "scheduled"; readonly scheduledTime: Date; readonly cron: string }
  interface AlarmEventInfo { readonly type: "alarm"; readonly scheduledTime: Date }
  interface QueueEventInfo { readonly type: "queue"; readonly queueName: string; readonly batchSize: number }
  interface EmailEventInfo {
    readonly type: "email";
    readonly mailFrom: string;
    readonly rcptTo: string;
    readonly rawSize: number;
  }
  interface TraceEventInfo { readonly type: "trace"; readonly traces: (string | null)[] }
  interface HibernatableWebSocketEventInfo {
    readonly type: "hibernatableWebSocket";
    readonly info:
      | { readonly type: "message" }
      | { readonly type: "error" }
      | { readonly type: "close"; readonly code: number; readonly wasClean: boolean };
  }
  type EventOutcome =
    | "ok" | "canceled" | "exception" | "unknown" | "killSwitch" | "daemonDown" | "exceededCpu" | "exceededMemory"
    | "loadShed" | "responseStreamDisconnected" | "scriptNotFound" | "internalError" | "exceededWallTime" | "aborted";
  interface Attribute {
    readonly name: string;
    readonly value: string | string[] | boolean | boolean[] | number | number[] | bigint | bigint[];
  }
  interface Onset {
    readonly type: "onset";
    readonly attributes?: Attribute[];
    readonly spanId: string;
    readonly entrypoint?: string;
    readonly executionModel: string;
    readonly durableObjectId?: string;
    readonly scriptName?: string;
    readonly scriptTags?: string[];
    readonly info:
      | FetchEventInfo | ConnectEventInfo | JsRpcEventInfo | ScheduledEventInfo | AlarmEventInfo | QueueEventInfo
      | EmailEventInfo | TraceEventInfo | HibernatableWebSocketEventInfo | CustomEventInfo;
  }
  interface Outcome {
    readonly type: "outcome";
    readonly outcome: EventOutcome;
    readonly cpuTime: number;
    readonly wallTime: number;
  }
  interface SpanOpen { readonly type: "spanOpen"; readonly name: string; readonly spanId: string }
  interface SpanClose { readonly type: "spanClose"; readonly outcome: EventOutcome }
  interface SpanUpdate {
    readonly type: "spanUpdate";
    readonly info:
      | { readonly type: "name"; readonly name: string }
      | { readonly type: "status"; readonly status: { readonly code: string; readonly message?: string } };
  }
  interface ErrorInfo { readonly name: string; readonly message: string; readonly stack?: string }
  interface Exception extends ErrorInfo { readonly type: "exception" }
  type Log = {
    readonly type: "log";
    readonly level: "debug" | "error" | "info" | "log" | "warn";
    readonly errorInfo?: readonly (ErrorInfo | null)[];
  } & (
    | { readonly message: object; readonly truncated?: false }
    | { readonly message: string; readonly truncated: true }
  );
  interface StreamDiagnostic {
    readonly type: "streamDiagnostic";
    readonly diagnostic: { readonly diagnosticsType: "droppedEvents"; readonly count: number };
  }
  interface Return {
    readonly type: "return";
    readonly info?: { readonly type: "fetch"; readonly statusCode: number };
  }
  interface Attributes { readonly type: "attributes"; readonly info: Attribute[] }
  type EventType =
    | Onset | Outcome | SpanOpen | SpanClose | SpanUpdate | Exception | Log | StreamDiagnostic | Return | Attributes;
  interface TailEvent<Event extends EventType> {
    readonly invocationId: string;
    readonly spanContext: { readonly traceId: string; readonly spanId?: string; readonly traceFlags?: number };
    readonly timestamp: Date;
    readonly sequence: number;
    readonly event: Event;
  }
  type TailEventHandler<Event extends EventType = EventType> = (event: TailEvent<Event>) => void | Promise<void>;
  interface TailEventHandlerObject {
    outcome?: TailEventHandler<Outcome>;
    spanOpen?: TailEventHandler<SpanOpen>;
    spanClose?: TailEventHandler<SpanClose>;
    spanUpdate?: TailEventHandler<SpanUpdate>;
    exception?: TailEventHandler<Exception>;
    log?: TailEventHandler<Log>;
    return?: TailEventHandler<Return>;
    attributes?: TailEventHandler<Attributes>;
  }
  type TailEventHandlerType = TailEventHandler | TailEventHandlerObject;
}

interface ForwardableEmailMessage {
  readonly from: string;
  readonly to: string;
  readonly headers: Headers;
  readonly raw: ReadableStream<Uint8Array>;
  readonly rawSize: number;
  setReject(reason: string): void;
  forward(recipient: string, headers?: Headers): Promise<void>;
  reply(message: { readonly from: string; readonly to: string }): Promise<void>;
}

interface TestController {}

interface ExportedHandler<E = unknown, QueueMessage = unknown, CfHostMetadata = unknown, Props = any> {
  fetch?(request: Request, env: E, ctx: ExecutionContext<Props>): Response | Promise<Response>;
  scheduled?(controller: ScheduledController, env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
  queue?(batch: MessageBatch<QueueMessage>, env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
  tail?(events: TraceItem[], env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
  tailStream?(
    event: TailStream.TailEvent<TailStream.Onset>, env: E, ctx: ExecutionContext<Props>,
  ): TailStream.TailEventHandlerType | void | Promise<TailStream.TailEventHandlerType | void>;
  email?(message: ForwardableEmailMessage, env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
  connect?(socket: Socket, env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
  test?(controller: TestController, env: E, ctx: ExecutionContext<Props>): void | Promise<void>;
}

// --- what Web APIs have besides here ---

interface RequestInit {
  cf?: any;
}
interface Request {
  readonly cf?: any;
}
interface ResponseInit {
  webSocket?: WebSocket | null;
  cf?: any;
  encodeBody?: "automatic" | "manual";
}
interface Response {
  readonly webSocket: WebSocket | null;
  readonly cf?: any;
}
interface WebSocket {
  accept(): void;
  serializeAttachment(attachment: any): void;
  deserializeAttachment(): any;
}
interface WebSocketPair {
  0: WebSocket;
  1: WebSocket;
}
declare var WebSocketPair: { new (): WebSocketPair };
interface CacheStorage {
  readonly default: Cache;
}
interface SubtleCrypto {
  timingSafeEqual(a: BufferSource, b: BufferSource): boolean;
}
interface DigestStream extends WritableStream<ArrayBuffer | ArrayBufferView | string> {
  readonly digest: Promise<ArrayBuffer>;
  readonly bytesWritten: bigint;
}
interface Crypto {
  readonly DigestStream: new (algorithm: string | { name: string }) => DigestStream;
}
interface Scheduler {
  wait(delay: number, options?: { signal?: AbortSignal }): Promise<void>;
}
declare var scheduler: Scheduler;

declare namespace HTMLRewriterTypes {
  interface ContentOptions {
    html?: boolean;
  }
  interface Content {
    readonly removed: boolean;
    before(content: string, options?: ContentOptions): this;
    after(content: string, options?: ContentOptions): this;
    replace(content: string, options?: ContentOptions): this;
    remove(): this;
  }
  interface Element extends Content {
    tagName: string;
    readonly attributes: IterableIterator<[string, string]>;
    readonly namespaceURI: string;
    getAttribute(name: string): string | null;
    hasAttribute(name: string): boolean;
    setAttribute(name: string, value: string): this;
    removeAttribute(name: string): this;
    prepend(content: string, options?: ContentOptions): this;
    append(content: string, options?: ContentOptions): this;
    setInnerContent(content: string, options?: ContentOptions): this;
    removeAndKeepContent(): this;
    onEndTag(handler: (tag: EndTag) => void | Promise<void>): void;
  }
  interface EndTag {
    name: string;
    before(content: string, options?: ContentOptions): this;
    after(content: string, options?: ContentOptions): this;
    remove(): this;
  }
  interface Comment extends Content {
    text: string;
  }
  interface Text extends Content {
    readonly text: string;
    readonly lastInTextNode: boolean;
  }
  interface Doctype {
    readonly name: string | null;
    readonly publicId: string | null;
    readonly systemId: string | null;
  }
  interface DocumentEnd {
    append(content: string, options?: ContentOptions): this;
  }
  interface ElementHandlers {
    element?(element: Element): void | Promise<void>;
    comments?(comment: Comment): void | Promise<void>;
    text?(text: Text): void | Promise<void>;
  }
  interface DocumentHandlers {
    doctype?(doctype: Doctype): void | Promise<void>;
    comments?(comment: Comment): void | Promise<void>;
    text?(text: Text): void | Promise<void>;
    end?(end: DocumentEnd): void | Promise<void>;
  }
}
type HTMLRewriterElementContentHandlers = HTMLRewriterTypes.ElementHandlers;
type HTMLRewriterDocumentContentHandlers = HTMLRewriterTypes.DocumentHandlers;
declare class HTMLRewriter {
  on(selector: string, handlers: HTMLRewriterTypes.ElementHandlers): this;
  onDocument(handlers: HTMLRewriterTypes.DocumentHandlers): this;
  transform(response: Response): Response;
}

/** isolane records no spans: isTraced is false. */
interface Span {
  readonly isTraced: boolean;
  spanContext(): { traceId: string; spanId: string; traceFlags: number };
  setAttribute(name: string, value: string | number | boolean | undefined): this;
  setAttributes(attributes: Record<string, string | number | boolean | undefined>): this;
  recordException(exception: unknown): void;
  updateName(name: string): this;
  setStatus(status: { code: "unset" | "ok" | "error"; message?: string }): this;
  end(): void;
}
interface Tracing {
  enterSpan<A extends unknown[], T>(name: string, callback: (span: Span, ...args: A) => T, ...args: A): T;
  startActiveSpan<A extends unknown[], T>(name: string, callback: (span: Span, ...args: A) => T, ...args: A): T;
  startSpan(name: string): Span;
  getActiveSpan(): Span | undefined;
  withActiveSpan<A extends unknown[], T>(span: Span, callback: (...args: A) => T, ...args: A): T;
}

// --- modules ---

declare module "cloudflare:workers" {
  export abstract class WorkerEntrypoint<E = Cloudflare.Env, Props = any> implements Rpc.WorkerEntrypointBranded {
    [Rpc.__WORKER_ENTRYPOINT_BRAND]: never;
    constructor(ctx: ExecutionContext<Props>, env: E);
    protected ctx: ExecutionContext<Props>;
    protected env: E;
    fetch?(request: Request): Response | Promise<Response>;
    scheduled?(controller: ScheduledController): void | Promise<void>;
    queue?(batch: MessageBatch<unknown>): void | Promise<void>;
    tail?(events: TraceItem[]): void | Promise<void>;
    tailStream?(
      event: TailStream.TailEvent<TailStream.Onset>,
    ): TailStream.TailEventHandlerType | void | Promise<TailStream.TailEventHandlerType | void>;
    email?(message: ForwardableEmailMessage): void | Promise<void>;
    connect?(socket: Socket): void | Promise<void>;
    test?(controller: TestController): void | Promise<void>;
  }
  export abstract class DurableObject<E = Cloudflare.Env, Props = any> implements Rpc.DurableObjectBranded {
    [Rpc.__DURABLE_OBJECT_BRAND]: never;
    constructor(ctx: DurableObjectState<Props>, env: E);
    protected ctx: DurableObjectState<Props>;
    protected env: E;
    fetch?(request: Request): Response | Promise<Response>;
    alarm?(info?: { readonly isRetry: boolean; readonly retryCount: number }): void | Promise<void>;
    webSocketMessage?(socket: WebSocket, message: string | ArrayBuffer): void | Promise<void>;
    webSocketClose?(socket: WebSocket, code: number, reason: string, wasClean: boolean): void | Promise<void>;
    webSocketError?(socket: WebSocket, error: unknown): void | Promise<void>;
  }
  export interface WorkflowEvent<Params> {
    readonly payload: Readonly<Params>;
    readonly timestamp: Date;
    readonly instanceId: string;
    readonly workflowName: string;
    readonly schedule?: { readonly cron: string; readonly scheduledTime: number };
  }
  export interface WorkflowStepEvent<Payload> {
    readonly payload: Readonly<Payload>;
    readonly timestamp: Date;
    readonly type: string;
  }
  export interface WorkflowStepConfig {
    retries?: {
      limit: number;
      delay: WorkflowDuration | ((input: { ctx: WorkflowStepContext; error: Error }) =>
        WorkflowDuration | Promise<WorkflowDuration>);
      backoff?: "constant" | "linear" | "exponential";
    };
    timeout?: WorkflowDuration;
    sensitive?: "output";
  }
  export interface WorkflowStepContext {
    readonly step: { readonly name: string; readonly count: number };
    readonly attempt: number;
    readonly config: WorkflowStepConfig;
  }
  export interface WorkflowStep {
    do<T>(name: string, callback: (ctx: WorkflowStepContext) => T | Promise<T>): Promise<T>;
    do<T>(name: string, config: WorkflowStepConfig, callback: (ctx: WorkflowStepContext) => T | Promise<T>): Promise<T>;
    sleep(name: string, duration: WorkflowDuration): Promise<void>;
    sleepUntil(name: string, timestamp: Date | number): Promise<void>;
    waitForEvent<T>(name: string, options: { type: string; timeout?: WorkflowDuration }): Promise<WorkflowStepEvent<T>>;
  }
  export abstract class WorkflowEntrypoint<E = Cloudflare.Env, Params = any> {
    constructor(ctx: ExecutionContext, env: E);
    protected ctx: ExecutionContext;
    protected env: E;
    run(event: Readonly<WorkflowEvent<Params>>, step: WorkflowStep): Promise<unknown>;
  }
  export abstract class RpcTarget implements Rpc.RpcTargetBranded {
    [Rpc.__RPC_TARGET_BRAND]: never;
  }
  export type RpcStub<T> = Rpc.Stub<T>;
  export const RpcStub: { new <T extends Rpc.Stubable>(target: T): Rpc.Stub<T> };
  export const env: Cloudflare.Env;
  export const exports: Cloudflare.Exports;
  export function waitUntil(promise: Promise<unknown>): void;
  export function withEnv<T>(env: unknown, callback: () => T): T;
  export function withExports<T>(exports: unknown, callback: () => T): T;
  export function withEnvAndExports<T>(env: unknown, exports: unknown, callback: () => T): T;
  export const tracing: Tracing;
}

declare module "cloudflare:sockets" {
  export function connect(address: string | SocketAddress, options?: SocketOptions): Socket;
}

declare module "cloudflare:workflows" {
  export class NonRetryableError extends Error {
    constructor(message: string, name?: string);
  }
}

declare module "*.txt" {
  const text: string;
  export default text;
}
declare module "*.html" {
  const text: string;
  export default text;
}
declare module "*.sql" {
  const text: string;
  export default text;
}
declare module "*.bin" {
  const data: ArrayBuffer;
  export default data;
}
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
