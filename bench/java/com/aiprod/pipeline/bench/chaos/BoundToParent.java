package com.aiprod.pipeline.bench.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Runs another main class and ends when the parent process ends, however it ends. */
public final class BoundToParent {

    private BoundToParent() {}

    /** @param args the name of the main class, followed by its arguments */
    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watch = new Thread(BoundToParent::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(args, 1, args.length));
    }

    /** Halts when the pipe from the parent closes. The parent never writes. */
    private static void haltWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("Cannot watch the parent: " + e.getMessage());
        }
        Runtime.getRuntime().halt(3);
    }
}
