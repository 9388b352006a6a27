"""What people call the parts and rooms of a stack, in the order of the plan."""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "genai:durable:DataBucket": "Data bucket (documents, chunks, embeddings)",
    "genai:durable:ModelsBucket": "Model bucket (weights, experiments)",
    "genai:durable:LogsBucket": "Log bucket (access logs)",
    "genai:durable:Images": "Container images",
    "genai:durable:ImageCache": "Rules of the image cache (ECR)",
    "genai:durable:Records": "Records table",
    "genai:durable:ApiKeys": "Secret for the API keys (no value)",
    "genai:durable:DatabasePasswords": "Secrets for the database (no values)",
    "genai:durable:DatabaseVolume": "Volume of the database (EBS)",
    "genai:durable:AppSecrets": "Secrets for keys of others, an app each",
    "genai:durable:WorkflowKeys": "Secret for the workflows' keys (no value)",
    "genai:durable:DeployRole": "Deploy role of the pipeline (IAM)",
    "genai:durable:Logs": "Log groups (control plane, containers)",
    "genai:durable:EncryptionKey": "Key of the stack's own (KMS)",
    "genai:durable:Stop": "Topic of a budget that is used up",
    "genai:durable:Certificate": "Certificate and its proof in DNS",
    "genai:durable:Alerts": "Topic for alerts",
    "genai:durable:Spending": "Budget with e-mail alerts",
    "genai:durable:Anomalies": "Cost anomaly monitor",
    "genai:cluster:Network": "Network (VPC, NAT gateway)",
    "genai:cluster:ControlPlane": "Kubernetes control plane (EKS)",
    "genai:cluster:Nodes": "Machines",
    "genai:cluster:Rds": "Database (RDS; a snapshot survives)",
    "genai:cluster:ChatMachines": "Chat machines without Kubernetes (EC2)",
    "genai:cluster:ChatSharing": "What chat machines share (role, ways)",
    "genai:cluster:OffHours": "Off-hours schedules",
    "genai:cluster:CostGuard": "Cost guard (stops pools with cards)",
    "genai:cluster:Entrance": "Load balancer",
    "genai:cluster:Address": "Name in DNS",
    "genai:cluster:Shield": "Web application firewall",
    "genai:cluster:Queue": "Queue of jobs (SQS)",
    "genai:cluster:ManagedAirflow": "Workflows (MWAA)",
    "genai:cluster:Alarms": "Alarms (CloudWatch)",
    "genai:cluster:Dashboard": "Dashboard (CloudWatch)",
    "genai:durable:Kept": "Claims of the stand-ins (on the laptop)",
    "genai:workloads:Keys": "Random keys",
    "genai:workloads:StandIns": "Stores, not for production",
    "genai:workloads:Prepared": "Job of the stores:",
    "genai:workloads:Namespaces": "Namespaces, quotas, priorities",
    "genai:workloads:OpenSearch": "Search:",
    "genai:workloads:Postgres": "Database:",
    "genai:workloads:Dumps": "Dumps and restore:",
    "genai:workloads:Databases": "Databases of the apps:",
    "genai:workloads:Valkey": "Cache:",
    "genai:workloads:Reindex": "Index job:",
    "genai:workloads:Airflow": "Workflows:",
    "genai:workloads:Mlflow": "Experiments:",
    "genai:workloads:Autoscaler": "Growth of the pools:",
    "genai:workloads:DevicePlugin": "Graphics cards:",
    "genai:workloads:Daemon": "On every machine:",
    "genai:workloads:Monitoring": "Figures, alerts, pages",
    "genai:workloads:Ollama": "Language model:",
    "genai:workloads:ModelCache": "Models in S3:",
    "genai:workloads:Waker": "Door to the language model:",
    "genai:workloads:Rendering": "Browser for drawn pages:",
    "genai:workloads:AppService": "App",
}
ROOMS = {
    "durable": "STAYS: survives a pause, with every byte",
    "cluster": "RENTED: gone on pause, built anew on resume",
    "workloads": "RUNS on what is rented: gone on pause, started anew on resume",
}


def title(kind: str, name: str) -> str:
    """With its name where there may be several of the kind, or where the name is the program's own."""
    words = PARTS.get(kind, kind)
    return f"{words} {name}" if words == "App" or words.endswith(":") else words
