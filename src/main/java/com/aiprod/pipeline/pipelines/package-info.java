/**
 * Loads, checks, and runs the pipelines that integration engineers own: folders of Camel YAML, each revision in a Camel
 * context of its own. Depends on the messages of a job, what stages use, and telemetry.
 */
package com.aiprod.pipeline.pipelines;
