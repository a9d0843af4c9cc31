/* What the test of shim.c ends at each of its calls: it writes, syncs and cuts the file that it is given. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return 3;
    if (write(fd, "aaaa", 4) != 4) /* 1 */
        return 4;
    if (fsync(fd) != 0) /* 2 */
        return 5;
    if (pwrite(fd, "bbbb", 4, 2) != 4) /* 3 */
        return 6;
    if (ftruncate(fd, 5) != 0) /* 4 */
        return 7;
    if (fdatasync(fd) != 0) /* 5 */
        return 8;
    if (pwrite64(fd, "cccccc", 6, 0) != 6) /* 6 */
        return 9;
    return 0;
}
