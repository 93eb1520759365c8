package com.aiprod.pipeline.bench.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A TCP proxy between a client and a server on this machine that simulates a bad network. */
final class TcpProxy implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long silentUntil;
    private volatile long slowUntil;
    private volatile Duration delay = Duration.ZERO;

    /** @param target the server's port on the loopback interface */
    TcpProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        daemon("proxy-" + target, this::accept);
    }

    /** Returns the port for clients. */
    int port() {
        return listener.getLocalPort();
    }

    /** Resets all open connections but accepts new ones. */
    void breakAll() {
        sockets.forEach(TcpProxy::reset);
    }

    /** Forwards nothing for this time, without closing connections. */
    void stall(Duration time) {
        silentUntil = System.nanoTime() + time.toNanos();
    }

    /** For {@code time}, delays each forwarded read by {@code each}. */
    void slow(Duration time, Duration each) {
        delay = each;
        slowUntil = System.nanoTime() + time.toNanos();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                daemon("proxy-" + target + "-out", () -> connect(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            // The server is down, so the client gets a reset.
            drop(client, server);
            return;
        }
        daemon("proxy-" + target + "-back", () -> copy(server, client));
        copy(client, server);
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read != -1;
                    read = from.getInputStream().read(buffer)) {
                obstruct();
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // When one side closes the connection, the other side must see it too.
            reset(to);
        } finally {
            drop(from, to);
        }
    }

    private void obstruct() {
        if (System.nanoTime() - slowUntil < 0) {
            parkUntil(System.nanoTime() + delay.toNanos());
        }
        while (System.nanoTime() - silentUntil < 0) {
            parkUntil(silentUntil);
        }
    }

    private static void parkUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void drop(Socket... ended) {
        for (Socket socket : ended) {
            sockets.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // The socket is already closed, as intended.
            return;
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        breakAll();
    }
}
