package com.aiprod.pipeline.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP proxy between the application and a server that can cut or stall every connection. */
public final class Tap implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tap.class);

    private final URI server;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "tap");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean shut;
    private volatile boolean stalled;

    private Tap(URI server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Opens a proxy to the server at {@code host:port}. */
    public static Tap beforeServer(String endpoint) {
        try {
            return new Tap(URI.create("tcp://" + endpoint));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a proxy to the database at the JDBC URL. */
    public static Tap before(String jdbcUrl) {
        try {
            return new Tap(URI.create(jdbcUrl.substring("jdbc:".length())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the database's JDBC URL through this proxy. */
    public String jdbcUrl() {
        return "jdbc:" + server.toString().replace(server.getAuthority(), endpoint());
    }

    /** Returns {@code host:port} of this proxy. */
    public String endpoint() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Accepts and keeps connections but forwards nothing, until {@link #resume()}. */
    public synchronized void stall() {
        stalled = true;
    }

    public synchronized void resume() {
        stalled = false;
        notifyAll();
    }

    private synchronized void awaitResume() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }

    /** Cuts every connection and accepts no new one. */
    public void shut() {
        shut = true;
        sockets.forEach(Tap::close);
        sockets.clear();
    }

    public void open() {
        shut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (shut) {
                    client.close();
                    continue;
                }
                sockets.add(client);
                Socket upstream = connect(client);
                sockets.add(upstream);
                threads.execute(() -> pump(client, upstream));
                threads.execute(() -> pump(upstream, client));
            } catch (IOException e) {
                LOG.debug("Either side may close a connection, and close() closes the listener", e);
            }
        }
    }

    private Socket connect(Socket client) throws IOException {
        try {
            return new Socket(server.getHost(), server.getPort());
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                awaitResume();
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // Expected: the connection was cut.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        shut();
        threads.shutdownNow();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
