// SPDX-License-Identifier: MIT
/*
 * A small Linux driver for the ghostcard: /dev/ghostcard, of which each read() gives one frame.
 *
 * The card moves a whole frame in one operation into memory that is contiguous for it, so the driver keeps a coherent
 * buffer of a few frames and copies out of it. Interrupts come by MSI, or by INTA# where there is none.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "ghostcard_registers.h" /* ghostcard regs --format c */

#define SLOTS 2
#define BYTES_PER_PIXEL 2 /* YUY2 */
#define CAUSES                                                                                                         \
	(GC_IRQ_ENABLE_FRAME_DONE | GC_IRQ_ENABLE_DMA_DONE | GC_IRQ_ENABLE_DMA_ERROR | GC_IRQ_ENABLE_FRAME_DROPPED)

static bool use_msi = true;
module_param_named(msi, use_msi, bool, 0444);
MODULE_PARM_DESC(msi, "Interrupt by message if the card and the system can (default), or else by INTA#");

struct ghostcard {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct miscdevice misc;
	unsigned long in_use; /* bit 0: somebody has opened it */

	size_t frame_bytes;
	size_t slot_bytes;
	void *buffer;
	dma_addr_t bus_address;

	spinlock_t lock; /* what follows, between interrupt and reader */
	wait_queue_head_t changed;
	unsigned int filled; /* frames that wait for the reader... */
	unsigned int oldest; /* ...the first of them in this slot */
	bool running;
	bool armed;
	int error;
};

static u32 gc_read(struct ghostcard *gc, u32 reg)
{
	return ioread32(gc->regs + reg);
}

static void gc_write(struct ghostcard *gc, u32 reg, u32 value)
{
	iowrite32(value, gc->regs + reg);
}

/* With the lock held: lets the card fill the next free slot, if there is one. */
static void gc_arm(struct ghostcard *gc)
{
	dma_addr_t address;

	if (!gc->running || gc->armed || gc->filled == SLOTS)
		return;
	address = gc->bus_address + (gc->oldest + gc->filled) % SLOTS * gc->slot_bytes;
	gc_write(gc, GC_DMA_ADDRESS_LOW, lower_32_bits(address));
	gc_write(gc, GC_DMA_ADDRESS_HIGH, upper_32_bits(address));
	gc_write(gc, GC_DMA_CONTROL, GC_DMA_CONTROL_GO);
	gc->armed = true;
}

static irqreturn_t gc_interrupt(int irq, void *data)
{
	struct ghostcard *gc = data;
	u32 causes;

	spin_lock(&gc->lock);
	/* Reading a register also pushes the frame, which the card wrote before it raised INTA#, into memory. */
	causes = gc_read(gc, GC_IRQ_STATUS);
	if (causes == ~0u || !(causes & CAUSES)) {
		spin_unlock(&gc->lock);
		return IRQ_NONE;
	}
	gc_write(gc, GC_IRQ_STATUS, causes);
	if (causes & GC_IRQ_STATUS_FRAME_DONE) {
		gc->filled++;
		gc->armed = false;
	}
	if (causes & GC_IRQ_STATUS_DMA_ERROR) {
		u32 status = gc_read(gc, GC_DMA_STATUS);

		gc->armed = false;
		/* A frame that the card has torn is lost, and the next one is not. */
		if ((status & GC_DMA_STATUS_ERROR_CODE) >> GC_DMA_STATUS_ERROR_CODE_SHIFT !=
		    GC_DMA_STATUS_ERROR_CODE_OVERRUN) {
			dev_err(&gc->pdev->dev, "DMA failed, DMA_STATUS %#x\n", status);
			gc->error = -EIO;
			gc->running = false;
		}
	}
	gc_arm(gc);
	spin_unlock(&gc->lock);
	wake_up_interruptible(&gc->changed);
	return IRQ_HANDLED;
}

/* Afterwards the card moves nothing, requests nothing, and shows the picture's size. */
static int gc_reset(struct ghostcard *gc)
{
	u32 status, width, height;
	int error;

	gc_write(gc, GC_CONTROL, GC_CONTROL_SOFT_RESET);
	error = read_poll_timeout(gc_read, status, !(status & GC_DMA_STATUS_BUSY), 10, 100000, false, gc,
				  GC_DMA_STATUS);
	if (error)
		return error;
	gc_write(gc, GC_VIDEO_FORMAT, GC_VIDEO_FORMAT_FORMAT_YUY2);
	error = read_poll_timeout(gc_read, status, status & GC_STATUS_VIDEO_PRESENT, 1000, 1000000, false, gc,
				  GC_STATUS);
	if (error)
		return error;
	width = gc_read(gc, GC_VIDEO_WIDTH);
	height = gc_read(gc, GC_VIDEO_HEIGHT);
	gc_write(gc, GC_VIDEO_STRIDE, width * BYTES_PER_PIXEL);
	gc->frame_bytes = (size_t)width * height * BYTES_PER_PIXEL;
	return 0;
}

static int gc_start(struct ghostcard *gc)
{
	u32 capability = gc_read(gc, GC_CAPABILITY);
	size_t alignment = 1ul << ((capability & GC_CAPABILITY_ALIGNMENT_LOG2) >> GC_CAPABILITY_ALIGNMENT_LOG2_SHIFT);
	int error = gc_reset(gc);

	if (error)
		return error;
	if (alignment > PAGE_SIZE)
		return -EOPNOTSUPP; /* coherent memory is aligned to pages */
	gc->slot_bytes = PAGE_ALIGN(gc->frame_bytes);
	gc->buffer = dma_alloc_coherent(&gc->pdev->dev, SLOTS * gc->slot_bytes, &gc->bus_address, GFP_KERNEL);
	if (!gc->buffer)
		return -ENOMEM;
	gc_write(gc, GC_DMA_LENGTH, gc->frame_bytes);
	gc_write(gc, GC_IRQ_ENABLE, CAUSES);

	spin_lock_irq(&gc->lock);
	gc->filled = gc->oldest = 0;
	gc->error = 0;
	gc->armed = false;
	gc->running = true;
	gc_arm(gc);
	spin_unlock_irq(&gc->lock);
	gc_write(gc, GC_CONTROL, GC_CONTROL_ENABLE);
	return 0;
}

static void gc_stop(struct ghostcard *gc)
{
	u32 status;

	spin_lock_irq(&gc->lock);
	gc->running = false;
	spin_unlock_irq(&gc->lock);
	gc_write(gc, GC_IRQ_ENABLE, 0);
	gc_write(gc, GC_CONTROL, GC_CONTROL_SOFT_RESET);
	/* The buffer stays the card's until its last transaction has ended. */
	if (read_poll_timeout(gc_read, status, !(status & GC_DMA_STATUS_BUSY), 10, 100000, false, gc, GC_DMA_STATUS)) {
		dev_err(&gc->pdev->dev, "the card does not stop; its buffer is given up\n");
		return;
	}
	dma_free_coherent(&gc->pdev->dev, SLOTS * gc->slot_bytes, gc->buffer, gc->bus_address);
}

static struct ghostcard *gc_of(struct file *file)
{
	return container_of(file->private_data, struct ghostcard, misc);
}

static int gc_open(struct inode *inode, struct file *file)
{
	struct ghostcard *gc = gc_of(file);
	int error;

	if (test_and_set_bit(0, &gc->in_use))
		return -EBUSY;
	error = gc_start(gc);
	if (error)
		clear_bit(0, &gc->in_use);
	return error;
}

static int gc_release(struct inode *inode, struct file *file)
{
	struct ghostcard *gc = gc_of(file);

	gc_stop(gc);
	clear_bit(0, &gc->in_use);
	return 0;
}

/* One frame, whole: a smaller buffer is an error. */
static ssize_t gc_read_frame(struct file *file, char __user *to, size_t count, loff_t *position)
{
	struct ghostcard *gc = gc_of(file);
	int error;

	if (count < gc->frame_bytes)
		return -EINVAL;
	error = wait_event_interruptible(gc->changed, READ_ONCE(gc->filled) > 0 || READ_ONCE(gc->error));
	if (error)
		return error;
	if (!READ_ONCE(gc->filled))
		return gc->error;
	if (copy_to_user(to, gc->buffer + gc->oldest * gc->slot_bytes, gc->frame_bytes))
		return -EFAULT;

	spin_lock_irq(&gc->lock);
	gc->oldest = (gc->oldest + 1) % SLOTS;
	gc->filled--;
	gc_arm(gc);
	spin_unlock_irq(&gc->lock);
	return gc->frame_bytes;
}

static const struct file_operations gc_operations = {
	.owner = THIS_MODULE,
	.open = gc_open,
	.release = gc_release,
	.read = gc_read_frame,
	.llseek = noop_llseek,
};

static void gc_free_vectors(void *pdev)
{
	pci_free_irq_vectors(pdev);
}

static int gc_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct ghostcard *gc = devm_kzalloc(&pdev->dev, sizeof(*gc), GFP_KERNEL);
	int error;

	if (!gc)
		return -ENOMEM;
	gc->pdev = pdev;
	spin_lock_init(&gc->lock);
	init_waitqueue_head(&gc->changed);
	pci_set_drvdata(pdev, gc);

	error = pcim_enable_device(pdev);
	if (error)
		return error;
	error = pcim_iomap_regions(pdev, BIT(0), KBUILD_MODNAME);
	if (error)
		return error;
	gc->regs = pcim_iomap_table(pdev)[0];
	if (gc_read(gc, GC_ID) != GC_ID_RESET)
		return dev_err_probe(&pdev->dev, -ENODEV, "ID reads %#x\n", gc_read(gc, GC_ID));
	error = dma_set_mask_and_coherent(&pdev->dev,
					  DMA_BIT_MASK(gc_read(gc, GC_CAPABILITY) & GC_CAPABILITY_ADDRESS_BITS));
	if (error)
		return error;
	pci_set_master(pdev);

	error = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_LEGACY | (use_msi ? PCI_IRQ_MSI : 0));
	if (error < 0)
		return error;
	error = devm_add_action_or_reset(&pdev->dev, gc_free_vectors, pdev);
	if (error)
		return error;
	error = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0), gc_interrupt, pdev->msi_enabled ? 0 : IRQF_SHARED,
				 KBUILD_MODNAME, gc);
	if (error)
		return error;

	gc->misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR, .name = KBUILD_MODNAME, .fops = &gc_operations, .parent = &pdev->dev};
	error = misc_register(&gc->misc);
	if (error)
		return error;
	dev_info(&pdev->dev, "capture card, interrupts by %s\n", pdev->msi_enabled ? "MSI" : "INTA#");
	return 0;
}

static void gc_remove(struct pci_dev *pdev)
{
	struct ghostcard *gc = pci_get_drvdata(pdev);

	misc_deregister(&gc->misc);
}

static const struct pci_device_id gc_ids[] = {{PCI_DEVICE(0x1234, 0x6CA5)}, {}};
MODULE_DEVICE_TABLE(pci, gc_ids);

static struct pci_driver gc_driver = {
	.name = KBUILD_MODNAME,
	.id_table = gc_ids,
	.probe = gc_probe,
	.remove = gc_remove,
};
module_pci_driver(gc_driver);

MODULE_DESCRIPTION("ghostcard capture card");
MODULE_LICENSE("Dual MIT/GPL");
