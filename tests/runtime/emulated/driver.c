/* NVIDIA's driver on host memory, as far as the CUDA layers use it: libcuda.so.1 for tests.

   A stream is a queue. Nothing of it runs before someone waits; then streams go on in random order, each
   in its own, with events between them. Handles that were destroyed, threads without a context, and what a
   capture doesn't take are refused as the driver refuses them. `emulated_…` is for the tests. */

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int Result;
enum {
    OK = 0, BAD_VALUE = 1, NO_MEMORY = 2, NO_SYMBOL = 500, NO_CONTEXT = 201, BAD_HANDLE = 400,
    CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_ISOLATION = 905
};
enum { STREAM = 0x57, EVENT, GRAPH, EXEC, DEAD };
enum { COPY, FILL, RECORD, WAIT, CALL };

typedef struct Handle { int kind; } Handle;
typedef struct Event { Handle is; long recorded, passed; } Event;
typedef struct Op {
    int kind; char *to; const char *from; size_t count; int value;
    Event *event; long number; void (*function)(void *); struct Op *next;
} Op;
typedef struct Graph { Handle is; Op *first, *last; int spoilt; } Graph;
typedef struct Stream { Handle is; Op *first, *last; Graph *capture; struct Stream *next; } Stream;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Stream *streams;
static int alive, contexts;
static unsigned seed = 1;
static char failing[64];
static __thread int depth;
static __thread Graph *capturing;
static int context;

int emulated_alive(void) { return alive; }
int emulated_contexts(void) { return contexts; }
int emulated_depth(void) { return depth; }
void emulated_seed(unsigned to) { seed = to * 2u + 1u; }
void emulated_fail(const char *name) { strncpy(failing, name, sizeof failing - 1); }

static unsigned chance(unsigned under) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % under;
}

#define ENTER(name) do { \
    if (depth == 0) return NO_CONTEXT; \
    if (!strcmp(name, failing)) return NO_MEMORY; } while (0)
#define OUTSIDE_CAPTURE do { \
    if (capturing) { capturing->spoilt = 1; return CAPTURE_UNSUPPORTED; } } while (0)
#define NEED(handle, of) do { \
    if (!(handle) || ((Handle *)(handle))->kind != (of)) return BAD_HANDLE; } while (0)

static void *made(size_t size, int kind) {
    Handle *handle = calloc(1, size);
    handle->kind = kind;
    alive++;
    return handle;
}

static void destroyed(void *handle) { ((Handle *)handle)->kind = DEAD; alive--; }

/* Whether the first piece of a stream's work could be done, and was. */
static int step(Stream *stream) {
    Op *op = stream->first;
    if (!op || (op->kind == WAIT && op->event->passed < op->number)) return 0;
    stream->first = op->next;
    if (!stream->first) stream->last = NULL;
    if (op->kind == COPY) memcpy(op->to, op->from, op->count);
    else if (op->kind == FILL) memset(op->to, op->value, op->count);
    else if (op->kind == RECORD) op->event->passed = op->number;
    else if (op->kind == CALL) {
        pthread_mutex_unlock(&lock);
        op->function(op->to);
        pthread_mutex_lock(&lock);
    }
    free(op);
    return 1;
}

static void run_one(void) {
    int count = 0, first;
    for (Stream *s = streams; s; s = s->next) count++;
    first = count ? (int)chance((unsigned)count) : 0;
    for (int turn = 0; turn < 2; turn++) {
        int at = 0;
        for (Stream *s = streams; s; s = s->next, at++)
            if ((turn || at >= first) && step(s)) return;
    }
    abort(); /* everything waits */
}

static void run_until_empty(Stream *stream) {
    pthread_mutex_lock(&lock);
    while (stream->first) run_one();
    pthread_mutex_unlock(&lock);
}

static void append(Op **first, Op **last, Op *op) {
    op->next = NULL;
    if (*last) (*last)->next = op; else *first = op;
    *last = op;
}

/* To the stream, or to the graph that is captured of it. */
static Result put(Stream *stream, Op like) {
    Op *op = malloc(sizeof *op);
    *op = like;
    pthread_mutex_lock(&lock);
    if (stream->capture) append(&stream->capture->first, &stream->capture->last, op);
    else append(&stream->first, &stream->last, op);
    pthread_mutex_unlock(&lock);
    return OK;
}

Result cuInit(unsigned flags) { (void)flags; return OK; }
Result cuDriverGetVersion(int *version) { *version = 13000; return OK; }
Result cuDeviceGetCount(int *count) { *count = 1; return OK; }
Result cuDeviceGet(int *device, int index) { *device = index; return index ? BAD_VALUE : OK; }
Result cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = 1u << 30; return OK; }
Result cuDeviceGetName(char *name, int length, int device) {
    (void)device;
    strncpy(name, "Emulated GPU", (size_t)length);
    return OK;
}
Result cuDeviceGetAttribute(int *value, int which, int device) {
    (void)device;
    *value = which == 75 ? 8 : which == 76 ? 9 : 1;
    return OK;
}
Result cuGetErrorName(Result code, const char **name) {
    *name = code == OK ? "CUDA_SUCCESS" : code == NO_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_OTHER";
    return OK;
}
Result cuGetErrorString(Result code, const char **text) {
    *text = code == OK ? "no error" : code == NO_MEMORY ? "out of memory" : "another error";
    return OK;
}

Result cuDevicePrimaryCtxRetain(void **to, int device) { (void)device; *to = &context; contexts++; return OK; }
Result cuDevicePrimaryCtxRelease_v2(int device) { (void)device; contexts--; return OK; }
Result cuCtxPushCurrent_v2(void *of) { (void)of; depth++; return OK; }
Result cuCtxPopCurrent_v2(void **of) {
    if (!depth) return NO_CONTEXT;
    depth--;
    *of = &context;
    return OK;
}
Result cuCtxGetCurrent(void **of) { *of = depth ? &context : NULL; return OK; }
Result cuCtxGetDevice(int *device) { *device = 0; return depth ? OK : NO_CONTEXT; }
Result cuCtxSynchronize(void) {
    ENTER("cuCtxSynchronize");
    OUTSIDE_CAPTURE;
    for (Stream *s = streams; s; s = s->next) run_until_empty(s);
    return OK;
}

Result cuStreamCreate(Stream **stream, unsigned flags) {
    ENTER("cuStreamCreate");
    OUTSIDE_CAPTURE;
    if (flags != 1) return BAD_VALUE; /* those here don't wait for the default stream */
    pthread_mutex_lock(&lock);
    *stream = made(sizeof **stream, STREAM);
    (*stream)->next = streams;
    streams = *stream;
    pthread_mutex_unlock(&lock);
    return OK;
}
Result cuStreamDestroy_v2(Stream *stream) {
    ENTER("cuStreamDestroy");
    NEED(stream, STREAM);
    run_until_empty(stream);
    pthread_mutex_lock(&lock);
    Stream **at = &streams;
    while (*at != stream) at = &(*at)->next;
    *at = stream->next;
    destroyed(stream);
    pthread_mutex_unlock(&lock);
    return OK;
}
Result cuStreamSynchronize(Stream *stream) {
    ENTER("cuStreamSynchronize");
    NEED(stream, STREAM);
    OUTSIDE_CAPTURE;
    run_until_empty(stream);
    return OK;
}

Result cuEventCreate(Event **event, unsigned flags) {
    ENTER("cuEventCreate");
    OUTSIDE_CAPTURE;
    if (flags != 3) return BAD_VALUE; /* who waits for those here sleeps, and nothing is timed */
    *event = made(sizeof **event, EVENT);
    return OK;
}
Result cuEventDestroy_v2(Event *event) {
    ENTER("cuEventDestroy");
    NEED(event, EVENT);
    destroyed(event);
    return OK;
}
Result cuEventSynchronize(Event *event) {
    ENTER("cuEventSynchronize");
    NEED(event, EVENT);
    OUTSIDE_CAPTURE;
    pthread_mutex_lock(&lock);
    long recorded = event->recorded;
    while (event->passed < recorded) run_one();
    pthread_mutex_unlock(&lock);
    return OK;
}
static Result with_event(Stream *stream, Event *event, int kind) {
    NEED(stream, STREAM);
    NEED(event, EVENT);
    if (stream->capture) { stream->capture->spoilt = 1; return CAPTURE_ISOLATION; }
    if (kind == RECORD) event->recorded++;
    return put(stream, (Op){.kind = kind, .event = event, .number = event->recorded});
}
Result cuEventRecord(Event *event, Stream *stream) {
    ENTER("cuEventRecord");
    return with_event(stream, event, RECORD);
}
Result cuStreamWaitEvent(Stream *stream, Event *event, unsigned flags) {
    ENTER("cuStreamWaitEvent");
    return flags ? BAD_VALUE : with_event(stream, event, WAIT);
}

static Result allocated(void **address, size_t count) {
    if (!count) return BAD_VALUE;
    *address = aligned_alloc(256, (count + 255) / 256 * 256);
    memset(*address, 0xCC, count);
    alive++;
    return OK;
}
Result cuMemAlloc_v2(uintptr_t *address, size_t count) {
    ENTER("cuMemAlloc");
    OUTSIDE_CAPTURE;
    return allocated((void **)address, count);
}
Result cuMemHostAlloc(void **address, size_t count, unsigned flags) {
    (void)flags;
    ENTER("cuMemHostAlloc");
    OUTSIDE_CAPTURE;
    return allocated(address, count);
}
Result cuMemAllocHost_v2(void **address, size_t count) { return cuMemHostAlloc(address, count, 0); }
Result cuMemFreeHost(void *address) {
    ENTER("cuMemFreeHost");
    free(address);
    alive--;
    return OK;
}
Result cuMemFree_v2(uintptr_t address) { return cuMemFreeHost((void *)address); }

Result cuMemcpyHtoDAsync_v2(uintptr_t to, const void *from, size_t count, Stream *stream) {
    ENTER("cuMemcpyHtoDAsync");
    NEED(stream, STREAM);
    return put(stream, (Op){.kind = COPY, .to = (char *)to, .from = from, .count = count});
}
Result cuMemcpyDtoHAsync_v2(void *to, uintptr_t from, size_t count, Stream *stream) {
    ENTER("cuMemcpyDtoHAsync");
    NEED(stream, STREAM);
    return put(stream, (Op){.kind = COPY, .to = to, .from = (const char *)from, .count = count});
}
Result cuMemsetD8Async(uintptr_t to, unsigned char value, size_t count, Stream *stream) {
    ENTER("cuMemsetD8Async");
    NEED(stream, STREAM);
    return put(stream, (Op){.kind = FILL, .to = (char *)to, .value = value, .count = count});
}
Result cuLaunchHostFunc(Stream *stream, void (*function)(void *), void *data) {
    ENTER("cuLaunchHostFunc");
    NEED(stream, STREAM);
    return put(stream, (Op){.kind = CALL, .to = data, .function = function});
}

Result cuStreamBeginCapture_v2(Stream *stream, int mode) {
    ENTER("cuStreamBeginCapture");
    NEED(stream, STREAM);
    if (mode != 1 || capturing) return BAD_VALUE; /* of this thread alone */
    capturing = stream->capture = made(sizeof(Graph), GRAPH);
    return OK;
}
Result cuStreamEndCapture(Stream *stream, Graph **graph) {
    ENTER("cuStreamEndCapture");
    NEED(stream, STREAM);
    *graph = stream->capture;
    stream->capture = capturing = NULL;
    if (!*graph) return BAD_VALUE;
    if (!(*graph)->spoilt) return OK;
    destroyed(*graph);
    *graph = NULL;
    return CAPTURE_INVALIDATED;
}
Result cuGraphInstantiateWithFlags(Graph **exec, Graph *graph, unsigned long long flags) {
    ENTER("cuGraphInstantiate");
    NEED(graph, GRAPH);
    if (flags) return BAD_VALUE;
    *exec = made(sizeof **exec, EXEC);
    (*exec)->first = graph->first;
    return OK;
}
Result cuGraphDestroy(Graph *graph) { ENTER("cuGraphDestroy"); NEED(graph, GRAPH); destroyed(graph); return OK; }
Result cuGraphExecDestroy(Graph *exec) { ENTER("cuGraphExecDestroy"); NEED(exec, EXEC); destroyed(exec); return OK; }
Result cuGraphLaunch(Graph *exec, Stream *stream) {
    ENTER("cuGraphLaunch");
    NEED(exec, EXEC);
    NEED(stream, STREAM);
    for (Op *op = exec->first; op; op = op->next) put(stream, *op);
    return OK;
}

/* cuda-bindings asks for every function by its plain name. */
#include <dlfcn.h>
#include <stdio.h>
Result cuGetProcAddress_v2(const char *name, void **to, int version, uint64_t flags, int *status) {
    static const char *const ends[] = {"", "_v2", "WithFlags"};
    char full[96];
    (void)version; (void)flags;
    *to = NULL;
    for (int n = 2; n >= 0 && !*to; n--) {
        snprintf(full, sizeof full, "%s%s", name, ends[n]);
        *to = dlsym(dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD), full);
    }
    if (status) *status = *to ? 0 : 1;
    return *to ? OK : NO_SYMBOL;
}
Result cuGetProcAddress(const char *name, void **to, int version, uint64_t flags) {
    return cuGetProcAddress_v2(name, to, version, flags, NULL);
}
