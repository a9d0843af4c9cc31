/* Ends a process at a chosen write. Preloaded (LD_PRELOAD) into the real binary by the crash sweep.
 *
 * It counts the calls that change or sync files below one folder, and leaves every other file alone:
 *   CRASH_FOLDER=DIR   the folder, without links in its path; without it nothing is done
 *   CRASH_COUNT=FILE   writes the number of calls to FILE when the process ends by itself
 *   CRASH_AT=N         ends the process at the N-th call, counted from 1 ...
 *   CRASH_WHEN=WORD    ... before: the call is not made
 *                          after:  the call is made
 *                          half:   a write is made with half of its bytes, any other call not at all
 *                          power:  the call is not made, and what was never synced is lost, too
 *   CRASH_FULL=N       from the N-th call on, writes fail with ENOSPC: a full disk
 * SIGPWR does at once what `power` does, wherever the process is.
 *
 * The end is a SIGKILL, which nothing can catch. It keeps what the kernel has of a file; `power` is what shows whether a file
 * was synced in time: it puts back the bytes that each unsynced write has replaced, newest first.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum when { BEFORE, AFTER, HALF, POWER };

static char folder[4096];
static size_t folder_length;
static long crash_at, full_from;
static enum when crash_when;
static const char *count_file;
static long count;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A file that was written to, by device and inode: a path may be renamed. It is opened once more, for the process may have closed
 * it by then, and never closed: that would give back the locks that the process holds on it. */
struct file {
    struct file *next;
    dev_t device;
    ino_t inode;
    int fd;
};
static struct file *files;

/* What an unsynced call has replaced. */
struct replaced {
    struct replaced *older;
    struct file *file;
    off_t length; /* of the file, before the call */
    off_t offset;
    size_t size;
    char bytes[];
};
static struct replaced *newest;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void lose_power(int signal);

static void start(void)
{
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    const char *text = getenv("CRASH_FOLDER");
    if (text == NULL || strlen(text) + 2 > sizeof folder)
        return;
    if ((text = getenv("CRASH_AT")) != NULL)
        crash_at = atol(text);
    if ((text = getenv("CRASH_FULL")) != NULL)
        full_from = atol(text);
    text = getenv("CRASH_WHEN");
    crash_when = text == NULL                ? BEFORE
                 : strcmp(text, "after") == 0 ? AFTER
                 : strcmp(text, "half") == 0  ? HALF
                 : strcmp(text, "power") == 0 ? POWER
                                              : BEFORE;
    count_file = getenv("CRASH_COUNT");
    struct sigaction action = { .sa_handler = lose_power };
    sigfillset(&action.sa_mask);
    sigaction(SIGPWR, &action, NULL);
    strcpy(folder, getenv("CRASH_FOLDER"));
    strcat(folder, "/");
    folder_length = strlen(folder);
}

__attribute__((constructor)) static void begin(void)
{
    pthread_once(&once, start);
}

__attribute__((destructor)) static void tell(void)
{
    if (count_file == NULL || folder_length == 0)
        return;
    int fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    char text[32];
    int length = snprintf(text, sizeof text, "%ld", __atomic_load_n(&count, __ATOMIC_SEQ_CST));
    if (real_write(fd, text, (size_t)length) != length)
        unlink(count_file);
    close(fd);
}

static int is_ours(int fd)
{
    if (folder_length == 0)
        return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    return length > (ssize_t)folder_length && memcmp(path, folder, folder_length) == 0;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* SIGPWR must not come while the list is held by the thread that it comes to. */
static void hold(sigset_t *before)
{
    sigset_t power;
    sigemptyset(&power);
    sigaddset(&power, SIGPWR);
    pthread_sigmask(SIG_BLOCK, &power, before);
    pthread_mutex_lock(&lock);
}

static void release(const sigset_t *before)
{
    pthread_mutex_unlock(&lock);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* The file behind a descriptor; none where it is no regular file. With the list held. */
static struct file *file_of(int fd, const struct stat *status)
{
    for (struct file *file = files; file != NULL; file = file->next)
        if (file->device == status->st_dev && file->inode == status->st_ino)
            return file;
    struct file *file = malloc(sizeof *file);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (file == NULL)
        abort();
    *file = (struct file){ .next = files, .device = status->st_dev, .inode = status->st_ino };
    file->fd = open(link, O_RDWR | O_CLOEXEC);
    if (file->fd < 0)
        abort();
    files = file;
    return file;
}

/* Keeps what the bytes from `offset` to `end` are before they change. Where that fails the test must not go on believing. */
static void remember(int fd, off_t offset, off_t end)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    off_t until = end < status.st_size ? end : status.st_size;
    size_t size = until > offset ? (size_t)(until - offset) : 0;
    struct replaced *one = malloc(sizeof *one + size);
    if (one == NULL)
        abort();
    sigset_t before;
    hold(&before);
    *one = (struct replaced){ .older = newest, .file = file_of(fd, &status), .length = status.st_size };
    one->offset = offset;
    one->size = size;
    if (pread(one->file->fd, one->bytes, size, offset) != (ssize_t)size)
        abort();
    newest = one;
    release(&before);
}

/* What was synced cannot be lost any more. */
static void forget(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return;
    sigset_t before;
    hold(&before);
    for (struct replaced **at = &newest; *at != NULL;) {
        struct replaced *one = *at;
        if (one->file->device == status.st_dev && one->file->inode == status.st_ino) {
            *at = one->older;
            free(one);
        } else {
            at = &one->older;
        }
    }
    release(&before);
}

/* Only calls that a signal's receiver may make. The lock is never given back: the process ends here. */
static void lose_power(int signal)
{
    (void)signal;
    pthread_mutex_lock(&lock);
    for (struct replaced *one = newest; one != NULL; one = one->older) {
        if (one->size > 0 && real_pwrite(one->file->fd, one->bytes, one->size, one->offset) < 0)
            continue;
        if (real_ftruncate(one->file->fd, one->length) != 0)
            continue;
    }
    die();
}

/* The number of this call; 0 where the file is none of ours. */
static long arrive(int fd)
{
    pthread_once(&once, start);
    if (!is_ours(fd))
        return 0;
    long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (number == crash_at && crash_when == BEFORE)
        die();
    if (number == crash_at && crash_when == POWER)
        lose_power(0);
    return number;
}

static void leave(long number)
{
    if (number != 0 && number == crash_at)
        die();
}

static int is_full(long number)
{
    return number != 0 && full_from != 0 && number >= full_from;
}

static off_t place_of(int fd)
{
    if ((fcntl(fd, F_GETFL) & O_APPEND) != 0)
        return lseek(fd, 0, SEEK_END);
    return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    int error = errno;
    long number = arrive(fd);
    errno = error;
    if (number == 0)
        return real_write(fd, bytes, size);
    if (is_full(number)) {
        errno = ENOSPC;
        return -1;
    }
    off_t offset = place_of(fd);
    remember(fd, offset, offset + (off_t)size);
    ssize_t written = real_write(fd, bytes, number == crash_at && crash_when == HALF ? size / 2 : size);
    leave(number);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset)
{
    long number = arrive(fd);
    if (number == 0)
        return real_pwrite(fd, bytes, size, offset);
    if (is_full(number)) {
        errno = ENOSPC;
        return -1;
    }
    remember(fd, offset, offset + (off_t)size);
    ssize_t written =
        real_pwrite(fd, bytes, number == crash_at && crash_when == HALF ? size / 2 : size, offset);
    leave(number);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int length)
{
    long number = arrive(fd);
    if (number == 0)
        return real_writev(fd, parts, length);
    if (is_full(number)) {
        errno = ENOSPC;
        return -1;
    }
    off_t offset = place_of(fd), end = offset;
    for (int part = 0; part < length; part++)
        end += (off_t)parts[part].iov_len;
    remember(fd, offset, end);
    ssize_t written = real_writev(fd, parts, number == crash_at && crash_when == HALF ? 0 : length);
    leave(number);
    return written;
}

int ftruncate64(int fd, off_t length)
{
    long number = arrive(fd);
    if (number == 0)
        return real_ftruncate(fd, length);
    if (number == crash_at && crash_when == HALF)
        die();
    struct stat status;
    if (fstat(fd, &status) == 0)
        remember(fd, length, status.st_size);
    int result = real_ftruncate(fd, length);
    leave(number);
    return result;
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

static int synced(int fd, int (*sync)(int))
{
    long number = arrive(fd);
    if (number == 0)
        return sync(fd);
    if (number == crash_at && crash_when == HALF)
        die();
    int result = sync(fd);
    if (result == 0)
        forget(fd);
    leave(number);
    return result;
}

int fsync(int fd)
{
    pthread_once(&once, start);
    return synced(fd, real_fsync);
}

int fdatasync(int fd)
{
    pthread_once(&once, start);
    return synced(fd, real_fdatasync);
}
