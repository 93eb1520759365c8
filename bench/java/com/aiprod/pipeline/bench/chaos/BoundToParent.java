package com.aiprod.pipeline.bench.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Runs another main class, and ends with the process that started it, however that one ended. */
public final class BoundToParent {

    private BoundToParent() {}

    /** @param args the name of the main class, then its arguments */
    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watch = new Thread(BoundToParent::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(args, 1, args.length));
    }

    /** The parent never writes; its end of the pipe closes when it is gone. */
    private static void haltWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("The parent is out of sight: " + e.getMessage());
        }
        Runtime.getRuntime().halt(3);
    }
}
