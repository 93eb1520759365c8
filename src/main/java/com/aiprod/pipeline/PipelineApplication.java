package com.aiprod.pipeline;

import com.aiprod.pipeline.operations.SchemaMigration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point; which parts of it run is decided by {@code AIPROD_ROLES}. */
@SpringBootApplication
public class PipelineApplication {

    public static void main(String[] args) {
        if (SchemaMigration.isAskedFor(args)) {
            SchemaMigration.run(args);
        } else {
            SpringApplication.run(PipelineApplication.class, args);
        }
    }
}
