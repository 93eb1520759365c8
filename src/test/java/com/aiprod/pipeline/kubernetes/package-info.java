/** Builds {@code k8s/} and checks it against the Kubernetes API, good practice, and the application. */
package com.aiprod.pipeline.kubernetes;
