// --- Durable Objects ---

interface DurableObjectId {
  toString(): string;
  equals(other: DurableObjectId): boolean;
  readonly name?: string;
  readonly jurisdiction?: string;
}
interface DurableObjectGetOptions {
  locationHint?: string;
}
interface DurableObjectNamespace<T = undefined> {
  newUniqueId(options?: { jurisdiction?: string }): DurableObjectId;
  idFromName(name: string): DurableObjectId;
  idFromString(id: string): DurableObjectId;
  get(id: DurableObjectId, options?: DurableObjectGetOptions): DurableObjectStub<T>;
  getByName(name: string, options?: DurableObjectGetOptions): DurableObjectStub<T>;
  jurisdiction(jurisdiction: string): DurableObjectNamespace<T>;
}
type DurableObjectStub<T = undefined> = Fetcher<T> & {
  readonly id: DurableObjectId;
  readonly name?: string;
};
interface DurableObjectState<Props = unknown> {
  readonly id: DurableObjectId;
  readonly storage: DurableObjectStorage;
  readonly props: Props;
  readonly exports: Cloudflare.Exports;
  waitUntil(promise: Promise<any>): void;
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>;
  acceptWebSocket(socket: WebSocket, tags?: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
  getTags(socket: WebSocket): string[];
  setWebSocketAutoResponse(pair?: WebSocketRequestResponsePair): void;
  getWebSocketAutoResponse(): WebSocketRequestResponsePair | null;
  getWebSocketAutoResponseTimestamp(socket: WebSocket): Date | null;
  setHibernatableWebSocketEventTimeout(milliseconds?: number): void;
  getHibernatableWebSocketEventTimeout(): number | null;
  abort(reason?: string): void;
}
interface WebSocketRequestResponsePair {
  readonly request: string;
  readonly response: string;
}
declare var WebSocketRequestResponsePair: {
  new (request: string, response: string): WebSocketRequestResponsePair;
};

interface DurableObjectPutOptions {
  allowConcurrency?: boolean;
  allowUnconfirmed?: boolean;
  noCache?: boolean;
}
interface DurableObjectGetValueOptions {
  allowConcurrency?: boolean;
  noCache?: boolean;
}
interface DurableObjectListOptions extends DurableObjectGetValueOptions {
  start?: string;
  startAfter?: string;
  end?: string;
  prefix?: string;
  reverse?: boolean;
  limit?: number;
}
interface DurableObjectValues {
  get<T = unknown>(key: string, options?: DurableObjectGetValueOptions): Promise<T | undefined>;
  get<T = unknown>(keys: string[], options?: DurableObjectGetValueOptions): Promise<Map<string, T>>;
  list<T = unknown>(options?: DurableObjectListOptions): Promise<Map<string, T>>;
  put<T>(key: string, value: T, options?: DurableObjectPutOptions): Promise<void>;
  put<T>(entries: Record<string, T>, options?: DurableObjectPutOptions): Promise<void>;
  delete(key: string, options?: DurableObjectPutOptions): Promise<boolean>;
  delete(keys: string[], options?: DurableObjectPutOptions): Promise<number>;
}
interface DurableObjectTransaction extends DurableObjectValues {
  rollback(): void;
}
interface DurableObjectStorage extends DurableObjectValues {
  deleteAll(options?: DurableObjectPutOptions): Promise<void>;
  transaction<T>(closure: (transaction: DurableObjectTransaction) => Promise<T>): Promise<T>;
  transactionSync<T>(closure: () => T): T;
  getAlarm(): Promise<number | null>;
  setAlarm(time: number | Date): Promise<void>;
  deleteAlarm(): Promise<void>;
  sync(): Promise<void>;
  readonly sql: SqlStorage;
  readonly kv: SyncKvStorage;
}
interface SyncKvStorage {
  get<T = unknown>(key: string): T | undefined;
  list<T = unknown>(options?: DurableObjectListOptions): Iterable<[string, T]>;
  put<T>(key: string, value: T): void;
  delete(key: string): boolean;
}
type SqlStorageValue = ArrayBuffer | string | number | null;
interface SqlStorage {
  exec<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: any[]): SqlStorageCursor<T>;
  readonly databaseSize: number;
}
interface SqlStorageCursor<T extends Record<string, SqlStorageValue>> extends Iterable<T> {
  next(): { done?: false; value: T } | { done: true; value?: never };
  toArray(): T[];
  one(): T;
  raw<U extends SqlStorageValue[]>(): IterableIterator<U>;
  readonly columnNames: string[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

// --- other bindings ---

interface KVNamespace<Key extends string = string> {
  get(key: Key, type?: "text"): Promise<string | null>;
  get<T = unknown>(key: Key, type: "json"): Promise<T | null>;
  get(key: Key, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
  get(key: Key, type: "stream"): Promise<ReadableStream<Uint8Array> | null>;
  put(key: Key, value: string | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array>, options?: {
    expiration?: number;
    expirationTtl?: number;
    metadata?: any;
  }): Promise<void>;
  delete(key: Key): Promise<void>;
  list<Metadata = unknown>(options?: { prefix?: string; limit?: number; cursor?: string }): Promise<{
    keys: { name: Key; expiration?: number; metadata?: Metadata }[];
    list_complete: boolean;
    cursor?: string;
  }>;
}
interface D1Result<T = unknown> {
  success: true;
  results: T[];
  meta: Record<string, any>;
}
interface D1PreparedStatement {
  bind(...values: any[]): D1PreparedStatement;
  first<T = Record<string, unknown>>(column?: string): Promise<T | null>;
  run<T = Record<string, unknown>>(): Promise<D1Result<T>>;
  all<T = Record<string, unknown>>(): Promise<D1Result<T>>;
  raw<T = unknown[]>(options?: { columnNames?: boolean }): Promise<T[]>;
}
interface D1Database {
  prepare(query: string): D1PreparedStatement;
  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]>;
  exec(query: string): Promise<{ count: number; duration: number }>;
}
interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly httpEtag: string;
  readonly uploaded: Date;
  readonly httpMetadata?: Record<string, any>;
  readonly customMetadata?: Record<string, string>;
  writeHttpMetadata(headers: Headers): void;
}
interface R2ObjectBody extends R2Object {
  readonly body: ReadableStream<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
  json<T>(): Promise<T>;
  blob(): Promise<Blob>;
}
interface R2Bucket {
  head(key: string): Promise<R2Object | null>;
  get(key: string, options?: Record<string, any>): Promise<R2ObjectBody | null>;
  put(key: string, value: any, options?: Record<string, any>): Promise<R2Object>;
  delete(keys: string | string[]): Promise<void>;
  list(options?: Record<string, any>): Promise<{ objects: R2Object[]; truncated: boolean; cursor?: string }>;
}
interface QueueSendOptions {
  contentType?: "text" | "bytes" | "json" | "v8";
  delaySeconds?: number;
}
interface Queue<Body = unknown> {
  send(message: Body, options?: QueueSendOptions): Promise<void>;
  sendBatch(messages: Iterable<{ body: Body } & QueueSendOptions>, options?: { delaySeconds?: number }): Promise<void>;
}
interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}
interface WorkerVersionMetadata {
  readonly id: string;
  readonly tag: string;
  readonly timestamp: string;
}
interface AnalyticsEngineDataset {
  writeDataPoint(event?: { indexes?: any[]; doubles?: number[]; blobs?: any[] }): void;
}
interface SecretsStoreSecret {
  get(): Promise<string>;
}
interface WorkerLoaderModule {
  js?: string;
  cjs?: string;
  text?: string;
  data?: ArrayBuffer | ArrayBufferView;
  json?: unknown;
  wasm?: ArrayBuffer | ArrayBufferView | WebAssembly.Module;
}
interface WorkerLoaderLimits {
  cpuMs?: number;
  subRequests?: number;
}
interface WorkerLoaderWorkerCode {
  compatibilityDate: string;
  compatibilityFlags?: string[];
  allowExperimental?: boolean;
  limits?: WorkerLoaderLimits;
  mainModule: string;
  modules: Record<string, string | WebAssembly.Module | WorkerLoaderModule>;
  env?: unknown;
  globalOutbound?: Fetcher | null;
  tails?: Fetcher[];
  streamingTails?: Fetcher[];
}
interface WorkerStubEntrypointOptions {
  props?: unknown;
  limits?: WorkerLoaderLimits;
}
interface WorkerStub {
  getEntrypoint<T extends Rpc.WorkerEntrypointBranded | undefined = undefined>(
    name?: string | null,
    options?: WorkerStubEntrypointOptions,
  ): Fetcher<T>;
}
interface WorkerLoader {
  load(code: WorkerLoaderWorkerCode): WorkerStub;
  get(
    name: string | null | undefined,
    getCode: () => WorkerLoaderWorkerCode | Promise<WorkerLoaderWorkerCode>,
  ): WorkerStub;
}
// Milliseconds, or a text such as "3 seconds", "1 hour".
type WorkflowDuration = number | string;
interface WorkflowInstanceCreateOptions<Params = unknown> {
  id?: string;
  params?: Params;
  retention?: { successRetention?: WorkflowDuration; errorRetention?: WorkflowDuration };
}
interface WorkflowInstanceStatus {
  status:
    | "queued" | "running" | "paused" | "errored" | "terminated" | "complete" | "waiting" | "waitingForPause" | "unknown";
  error?: { name: string; message: string };
  output?: unknown;
}
interface WorkflowInstance {
  id: string;
  status(): Promise<WorkflowInstanceStatus>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  terminate(): Promise<void>;
  restart(options?: {
    from?: { name: string; count?: number; type?: "do" | "sleep" | "waitForEvent" };
  }): Promise<void>;
  delete(): Promise<void>;
  sendEvent(event: { type: string; payload?: unknown }): Promise<void>;
}
interface WorkflowBatchCreateResult {
  created: WorkflowInstance[];
  errors: { index: number; id: string; code: number; message: string }[];
}
interface WorkflowBatchDeleteResult {
  deleted: { id: string }[];
  errors: { id: string; code: number; message: string }[];
}
interface Workflow<Params = unknown> {
  create(options?: WorkflowInstanceCreateOptions<Params>): Promise<WorkflowInstance>;
  createBatch(instances: WorkflowInstanceCreateOptions<Params>[]): Promise<WorkflowInstance[]>;
  createBatch(
    options:
      | { instances: WorkflowInstanceCreateOptions<Params>[] }
      | ({ count: number } & Omit<WorkflowInstanceCreateOptions<Params>, "id">),
  ): Promise<WorkflowBatchCreateResult>;
  deleteBatch(ids: string[]): Promise<WorkflowBatchDeleteResult>;
  get(id: string): Promise<WorkflowInstance>;
}
interface Hyperdrive {
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  connect(): Socket;
}
type EmailAddress = string | { name?: string; email: string };
interface EmailAttachment {
  disposition: "attachment" | "inline";
  filename: string;
  type: string;
  content: string | ArrayBuffer | ArrayBufferView;
  contentId?: string;
}
interface SendEmail {
  send(message: { readonly from: string; readonly to: string }): Promise<{ messageId: string }>;
  send(message: {
    from: EmailAddress;
    to: EmailAddress | EmailAddress[];
    cc?: EmailAddress | EmailAddress[];
    bcc?: EmailAddress | EmailAddress[];
    replyTo?: EmailAddress;
    subject: string;
    text?: string;
    html?: string;
    attachments?: EmailAttachment[];
    headers?: Record<string, string>;
  }): Promise<{ messageId: string }>;
}
