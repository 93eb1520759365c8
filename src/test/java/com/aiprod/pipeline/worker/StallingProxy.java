package com.aiprod.pipeline.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A TCP proxy that can make one connection hang: the next one over which a client sends a given
 * text. From then on, neither side receives anything or sees the connection close.
 */
final class StallingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String marker;
    private volatile CountDownLatch stalled = new CountDownLatch(1);

    StallingProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Makes the next connection that carries the text hang. The returned latch counts down when it does. */
    CountDownLatch stall(String text) {
        stalled = new CountDownLatch(1);
        marker = text;
        return stalled;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Connection connection = new Connection();
                daemon(() -> connection.copy(client, server, true));
                daemon(() -> connection.copy(server, client, false));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private final class Connection {

        private volatile boolean hangs;

        void copy(Socket from, Socket to, boolean toServer) {
            byte[] buffer = new byte[16 * 1024];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read != -1; read = in.read(buffer)) {
                    if (toServer) {
                        look(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
                    }
                    if (hangs) {
                        closed.await();
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException e) {
                // One side has closed; leaving the try block closes both.
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void look(String sent) {
            String wanted = marker;
            if (wanted != null && sent.contains(wanted)) {
                marker = null;
                hangs = true;
                stalled.countDown();
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "stalling-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closed.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
