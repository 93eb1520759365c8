package com.aiprod.pipeline.embedded.pubsub;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers unary calls. */
final class Unary {
    private Unary() {}

    static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
        T response;
        try {
            response = work.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    static void refuse(StreamObserver<?> observer, String feature) {
        observer.onError(unsupported(feature));
    }

    /** Rejects an unsupported feature. Ignoring it would hide a difference until production. */
    static StatusRuntimeException unsupported(String feature) {
        return Status.UNIMPLEMENTED
                .withDescription(feature + " not supported by the embedded Pub/Sub.")
                .asRuntimeException();
    }
}
