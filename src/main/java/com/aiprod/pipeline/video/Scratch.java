package com.aiprod.pipeline.video;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.springframework.util.FileSystemUtils;

/**
 * Local disk space for files in progress. Each process has its own folder and a file lock, which the kernel releases
 * however the process ends. The next process deletes folders that are not locked.
 */
final class Scratch implements AutoCloseable {

    private static final String LOCK = ".lock";

    /** The lock files of this process. By POSIX, opening and closing such a file again would release the lock. */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path root;
    private Path own;
    private FileChannel lock;

    /**
     * Does not access the disk yet.
     *
     * @param parent a folder that other users may share, such as {@code /tmp}
     */
    Scratch(Path parent) {
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9]", "_");
        this.root = parent.toAbsolutePath().normalize().resolve("aiprod-" + user);
    }

    /** The private folder of this user, for files that processes share or that outlive them. */
    synchronized Path root() throws IOException {
        open();
        return root;
    }

    /** Creates an empty folder that is deleted with this process. */
    synchronized Path makeFolder(String prefix) throws IOException {
        open();
        return Files.createTempDirectory(own, prefix + "-");
    }

    private void open() throws IOException {
        if (own != null && Files.isDirectory(own)) {
            return;
        }
        close();
        synchronized (HELD) {
            makePrivate(root);
            try (FileChannel all = openLock(root.resolve("all" + LOCK))) {
                all.lock();
                sweep();
                Path made = Files.createTempDirectory(root, "run-");
                lock = openLock(lockOf(made));
                lock.lock();
                HELD.add(lockOf(made));
                own = made;
            }
        }
    }

    /**
     * In a world-writable parent, another user may have created the folder and would own the programs that run from it.
     */
    private static void makePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder.getParent());
            Path made = Files.createTempDirectory(folder.getParent(), "aiprod-");
            try {
                Files.move(made, folder);
            } catch (FileAlreadyExistsException e) {
                Files.delete(made);
            }
        }
        Path mine = Files.createTempFile(folder, "mine-", "");
        boolean same = Files.getOwner(mine).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS));
        Files.delete(mine);
        if (!same) {
            throw new FileSystemException(folder.toString(), null, "the folder belongs to another user");
        }
    }

    private void sweep() throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(root, "run-*" + LOCK)) {
            for (Path file : locks) {
                if (HELD.contains(file)) {
                    continue;
                }
                try (FileChannel channel = openLock(file)) {
                    if (channel.tryLock() != null) {
                        String name = file.getFileName().toString();
                        FileSystemUtils.deleteRecursively(
                                root.resolve(name.substring(0, name.length() - LOCK.length())));
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private static Path lockOf(Path folder) {
        return folder.resolveSibling(folder.getFileName() + LOCK);
    }

    private static FileChannel openLock(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Deletes the folder of this process. */
    @Override
    public synchronized void close() throws IOException {
        if (own == null) {
            return;
        }
        synchronized (HELD) {
            FileSystemUtils.deleteRecursively(own);
            Files.deleteIfExists(lockOf(own));
            lock.close();
            HELD.remove(lockOf(own));
            own = null;
        }
    }
}
